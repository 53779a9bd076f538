#!/usr/bin/env python3
"""Compares `mediastore-lint exposure` and `compare` with an SMT encoding, over generated policies.

The encoding is written from the semantics of the policy language (docs/policy-semantics.md), not from the Rust code, and
z3 decides it. Setting up and running:

    python3 -m venv /some/venv && /some/venv/bin/pip install z3-solver
    /some/venv/bin/python policy/smt/cross_check.py --bin target/debug/mediastore-lint --count 2000 --seed 1

Exit code 0 if both agree wherever both decide, 1 otherwise. Disagreements are printed with the policy and both answers.
"""

import argparse
import collections
import ipaddress
import json
import pathlib
import random
import subprocess
import sys
import tempfile

from z3 import (And, BitVec, BitVecVal, Bool, BoolVal, Concat, Extract, If, InRe, Int, Not, Or,
                Re, Real, RealVal, Solver, Star, String, StringVal, Union, ToReal, UGE, ULE, AllChar, ReSort, StringSort, sat, unsat)

OWN, PARTNER = "111122223333", "444455556666"
NOW = 1_767_225_600
ZONE = f"""
[trust]
accounts = ["{OWN}"]
organizations = ["o-zone000001"]
networks = ["203.0.113.0/24"]
vpcs = ["vpc-0aaaaaaaaaaaaaaaa"]
"""
ZONE_NETWORKS = [ipaddress.ip_network("203.0.113.0/24")]
PRIVATE = [ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")]

OBJECT = ["GetObject", "DescribeObject", "PutObject", "DeleteObject"]
FOLDER = ["ListItems"]
CONTAINER = [
    "DeleteContainer", "DeleteContainerPolicy", "DeleteCorsPolicy", "DeleteLifecyclePolicy", "DeleteMetricPolicy", "DescribeContainer",
    "GetContainerPolicy", "GetCorsPolicy", "GetLifecyclePolicy", "GetMetricPolicy", "ListTagsForResource", "PutContainerPolicy",
    "PutCorsPolicy", "PutLifecyclePolicy", "PutMetricPolicy", "StartAccessLogging", "StopAccessLogging", "TagResource", "UntagResource"]
ACTIONS = [("mediastore:" + name, kind) for kind, names in (("object", OBJECT), ("folder", FOLDER), ("container", CONTAINER))
           for name in names]

RE = ReSort(StringSort())
ANY = AllChar(RE)


# ---------------------------------------------------------------------------------------------- generation

def pick(rng, *weighted):
    return rng.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


def some(rng, values, most=3):
    chosen = rng.sample(values, rng.randint(1, min(most, len(values))))
    return chosen if len(chosen) > 1 or rng.random() < 0.3 else chosen[0]


STRING_OPS = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"]
KEYS = {
    "aws:Referer": (STRING_OPS, ["s3cr3t", "S3CR3T", "https://example.com/*", "*", "??????", "https://*", ""]),
    "aws:UserAgent": (STRING_OPS, ["s3cr3t", "curl/*", "*", "Player?"]),
    "aws:PrincipalAccount": (STRING_OPS, [OWN, PARTNER, "1111*", "*", "anonymous", "44445555666?"]),
    "aws:PrincipalOrgID": (STRING_OPS, ["o-zone000001", "o-other00001", "o-*", "*"]),
    "aws:PrincipalTag/team": (STRING_OPS, ["video", "vid*", "*"]),
    "aws:PrincipalType": (STRING_OPS, ["Anonymous", "User", "AssumedRole", "Account", "*"]),
    "aws:SourceAccount": (STRING_OPS, [OWN, PARTNER, "*"]),
    "aws:SourceVpc": (STRING_OPS, ["vpc-0aaaaaaaaaaaaaaaa", "vpc-0bbbbbbbbbbbbbbbb", "vpc-*"]),
    "aws:PrincipalArn": (["ArnLike", "ArnNotLike", "ArnEquals", "StringLike", "StringNotLike", "StringEquals"], [
        f"arn:aws:iam::{OWN}:role/encoder", f"arn:aws:iam::{OWN}:*", f"arn:aws:iam::{PARTNER}:role/*", "arn:aws:iam::*:role/encoder",
        f"arn:aws:iam::{PARTNER}:user/ann", "arn:aws:*::*:*"]),
    "aws:SourceArn": (["ArnLike", "ArnNotLike", "StringEquals", "StringLike", "StringNotEquals"], [
        f"arn:aws:cloudfront::{OWN}:distribution/E1", f"arn:aws:cloudfront::{PARTNER}:distribution/*", "arn:aws:cloudfront::*:distribution/*"]),
    "aws:SecureTransport": (["Bool"], ["true", "false"]),
    "aws:PrincipalIsAWSService": (["Bool"], ["true", "false"]),
    "aws:SourceIp": (["IpAddress", "NotIpAddress"], [
        "203.0.113.0/24", "198.51.100.0/24", "0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "9.0.0.0/8", "9.0.0.0/9", "2001:db8::/32", "2001:db8:1::/48",
        "10.0.0.0/8"]),
    "aws:CurrentTime": (["DateLessThan", "DateGreaterThan", "DateGreaterThanEquals", "DateEquals", "DateNotEquals"], [
        "2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z"]),
    "aws:EpochTime": (["NumericLessThan", "NumericGreaterThanEquals", "DateLessThanEquals"], ["1577836800", "1893456000", "1767225600"]),
    "aws:MultiFactorAuthAge": (["NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericNotEquals"], ["0", "3600", "3600.5"]),
    "aws:MultiFactorAuthPresent": (["Bool"], ["true", "false"]),
    "aws:PrincipalOrgPaths": (["StringLike", "StringNotLike", "StringEquals"], ["o-zone000001/*", "o-other00001/r-ab/*", "*"]),
}


def condition(rng):
    block = collections.defaultdict(dict)
    for _ in range(pick(rng, (1, 4), (2, 4), (3, 2))):
        key = rng.choice(list(KEYS))
        operators, values = KEYS[key]
        operator = rng.choice(operators)
        suffix = "IfExists" if rng.random() < 0.2 else ""
        prefix = ""
        if key == "aws:PrincipalOrgPaths" and rng.random() < 0.9 or rng.random() < 0.05:
            prefix = rng.choice(["ForAllValues:", "ForAnyValue:"])
        if rng.random() < 0.12:
            operator, values, suffix, prefix = "Null", ["true", "false"], "", ""
        if rng.random() < 0.2:
            key = key.lower()
        if any(key.lower() == other.lower() for other in block[prefix + operator + suffix]):
            continue
        block[prefix + operator + suffix][key] = some(rng, values)
    return {operator: keys for operator, keys in block.items() if keys}


def resource(rng):
    region = pick(rng, ("us-east-1", 8), ("*", 2), ("eu-*", 1))
    account = pick(rng, (OWN, 8), ("*", 2))
    path = rng.choice(["movies/*", "movies/live/*", "movies/live/a.ts", "*", "movies", "mov*", "movies/*/x?", "movies/*.ts"])
    return pick(rng, ("*", 2), (f"arn:aws:mediastore:{region}:{account}:container/{path}", 8))


def principal(rng):
    aws = [OWN, f"arn:aws:iam::{OWN}:root", PARTNER, f"arn:aws:iam::{PARTNER}:role/encoder", f"arn:aws:iam::{OWN}:user/ann", "*"]
    return pick(rng, ("*", 5), ({"AWS": some(rng, aws)}, 4), ({"Service": "cloudfront.amazonaws.com"}, 2),
                ({"AWS": PARTNER, "Service": "cloudfront.amazonaws.com"}, 1))


def statement(rng, effect):
    actions = ["mediastore:GetObject", "mediastore:*", "mediastore:Get*", "*", "mediastore:PutObject", "mediastore:D*", "mediastore:listitems"]
    made = {"Effect": effect}
    made["NotPrincipal" if rng.random() < 0.08 else "Principal"] = principal(rng)
    if "NotPrincipal" in made and made["NotPrincipal"] == "*":
        made["NotPrincipal"] = {"AWS": OWN}
    made["NotAction" if rng.random() < 0.1 else "Action"] = some(rng, actions, 2)
    made["NotResource" if rng.random() < 0.08 else "Resource"] = resource(rng) if rng.random() < 0.8 else [resource(rng), resource(rng)]
    if rng.random() < 0.75:
        block = condition(rng)
        if block:
            made["Condition"] = block
    return made


def policy(rng):
    statements = [statement(rng, "Allow") for _ in range(pick(rng, (1, 6), (2, 3)))]
    statements += [statement(rng, "Deny") for _ in range(pick(rng, (0, 4), (1, 5), (2, 3), (3, 1)))]
    rng.shuffle(statements)
    return {"Version": "2012-10-17", "Statement": statements}


def variant(rng, old):
    """A policy near another: so that comparisons are not all incomparable."""
    new = json.loads(json.dumps(old))
    where = rng.randrange(len(new["Statement"]))
    change = rng.random()
    if change < 0.3:
        new["Statement"].append(statement(rng, rng.choice(["Allow", "Deny"])))
    elif change < 0.5 and len(new["Statement"]) > 1:
        del new["Statement"][where]
    elif change < 0.7:
        new["Statement"][where].pop("Condition", None)
    elif change < 0.9:
        block = condition(rng)
        new["Statement"][where]["Condition"] = block or {"Null": {"aws:Referer": "true"}}
    else:
        rng.shuffle(new["Statement"])
    return new


# ---------------------------------------------------------------------------------------------- encoding

def listed(value):
    return value if isinstance(value, list) else [value]


def wildcard(text):
    parts = [Re("")]
    for letter in text:
        parts.append(Star(ANY) if letter == "*" else ANY if letter == "?" else Re(StringVal(letter)))
    return Concat(*parts) if len(parts) > 1 else parts[0]


def either_case(text):
    letters = [Union(Re(letter.lower()), Re(letter.upper())) if letter.isalpha() else Re(StringVal(letter)) for letter in text]
    return Concat(*letters) if len(letters) > 1 else letters[0] if letters else Re("")


def glob(pattern, text):
    """Wildcards, by a row of the positions of the text that are reached."""
    row = [True] + [False] * len(text)
    for letter in pattern:
        if letter == "*":
            for at in range(1, len(row)):
                row[at] = row[at] or row[at - 1]
        else:
            row = [False] + [row[at] and (letter == "?" or letter == text[at]) for at in range(len(text))]
    return row[-1]


class Finite:
    """A text that is one of some constants, chosen by a number. The constants stand for all texts that the vocabulary of the
    generator tells apart; what a condition makes of each is computed here."""

    def __init__(self, choice, values):
        self.choice, self.values = choice, values

    def where(self, holds_for):
        return Or([self.choice == index for index, value in enumerate(self.values) if value is not None and holds_for(value)])


ACCOUNTS = [OWN, PARTNER, "111199990000", "444455556661", "999988887777"]
CALLERS = [("anonymous", None, None)]
CALLERS += [(who, account, name) for who in ("user", "role") for account in ACCOUNTS for name in ("encoder", "ann", "else", "team/encoder")]
CALLERS += [("root", account, None) for account in ACCOUNTS] + [("federated", account, "ann") for account in ACCOUNTS]
CALLERS += [("service", None, name) for name in ("cloudfront.amazonaws.com", "else.amazonaws.com")]
SIGNED = ("user", "role", "root", "federated")
# Whom a service acts for: the ARN and the account, each perhaps not said. A bucket's ARN names no account.
SOURCES = [(None, account) for account in [None, *ACCOUNTS]]
SOURCES += [(f"arn:aws:cloudfront::{account}:distribution/{name}", said) for account in ACCOUNTS for name in ("E1", "E2") for said in (account, None)]
SOURCES += [("arn:aws:s3:::else", account) for account in [None, *ACCOUNTS]]
ORGANIZATIONS = [None] + [org + rest for org in ("o-zone000001", "o-other00001", "o-else000001") for rest in ("/r-ab/", "/r-ab/ou-1/", "/r-else/")]
VPCS = ["vpc-0aaaaaaaaaaaaaaaa", "vpc-0bbbbbbbbbbbbbbbb", "vpc-0cccccccccccccccc"]


PATHS = ["", "/", "/x", "/live/a.ts", "/live/x", "/live/q/x1", "/b.ts", "/q/x1", "/q/r/x1", "/q/x1.ts", "/live/", "/q/", "/live/a.ts/"]
RESOURCES = [f"arn:aws:mediastore:{region}:{account}:container/{name}{path}" for region in ("us-east-1", "eu-west-1", "ap-south-1")
             for account in (OWN, "999988887777") for name in ("movies", "mov", "movie-x", "else") for path in PATHS if path != "/"]


def resource_kinds(arn):
    path = arn.split("/", 2)[2:]
    if not path:
        return ["container"]
    return ["folder"] if path[0].endswith("/") else ["object", "folder"]


def caller_arn(who, account, name):
    if who not in SIGNED:
        return None
    tail = {"user": f"user/{name}", "role": f"role/{name}", "root": "root", "federated": f"federated-user/{name}"}[who]
    return f"arn:aws:{'sts' if who == 'federated' else 'iam'}::{account}:{tail}"


class Request:
    """A symbolic request, with the axioms of a well-formed one."""

    def __init__(self):
        self.action = Int("action")
        self.time = Int("time")
        self.v6 = Bool("v6")
        self.ip = BitVec("ip", 128)
        self.has, self.text, self.number = {}, {}, {}
        self.axioms = []
        add = self.axioms.append
        add(And(self.action >= 0, self.action < len(ACTIONS)))
        # The resource, typed by the action.
        self.resource = self.choice("resource", RESOURCES)
        for kind in ("container", "object", "folder"):
            of_kind = Or([self.action == index for index, (_, own) in enumerate(ACTIONS) if own == kind])
            add(Or(Not(of_kind), self.resource.where(lambda arn: kind in resource_kinds(arn))))
        # Principals.
        self.caller = self.choice("caller", CALLERS)
        by = lambda function: Finite(self.caller.choice, [function(*caller) for caller in CALLERS])
        types = {"anonymous": "Anonymous", "user": "User", "role": "AssumedRole", "root": "Account", "federated": "FederatedUser"}
        self.key("aws:principalarn", by(caller_arn))
        self.key("aws:principalaccount", by(lambda who, account, name: "anonymous" if who == "anonymous" else account))
        self.key("aws:principaltype", by(lambda who, account, name: types.get(who)))
        self.key("aws:principalisawsservice", by(lambda who, account, name: {"service": "true", "anonymous": None}.get(who, "false")))
        is_a = lambda *kinds: self.caller.where(lambda caller: caller[0] in kinds)
        signed, service = is_a(*SIGNED), is_a("service")
        organization = self.choice("organization", ORGANIZATIONS)
        add(Or(signed, organization.choice == 0))
        self.key("aws:principalorgpaths", organization)
        self.key("aws:principalorgid", Finite(organization.choice, [path and path.split("/")[0] for path in ORGANIZATIONS]))
        self.key("aws:principaltag/team", String("tag"), And(signed, Bool("tagged")))
        # Credentials: root long-term only, roles and federated users temporary; MFA not with federated users.
        temporary, mfa = Bool("temporary"), Bool("mfa")
        add(Or(Not(is_a("root")), Not(temporary)))
        add(Or(Not(is_a("role", "federated")), temporary))
        add(Or(Not(is_a("federated")), Not(mfa)))
        yes = lambda truth: Finite(If(truth, 1, 0), ["false", "true"])
        self.key("aws:multifactorauthpresent", yes(mfa), And(signed, temporary))
        self.number["aws:multifactorauthage"] = Real("age")
        self.has["aws:multifactorauthage"] = And(signed, temporary, mfa)
        # Network: an address, or a VPC; services show neither.
        internet = Bool("internet")
        self.has["aws:sourceip"] = And(Not(service), internet)
        add(Or(self.v6, Extract(127, 32, self.ip) == BitVecVal(0, 96)))
        add(Not(And(self.v6, Extract(127, 32, self.ip) == BitVecVal(0xFFFF, 96))))
        add(Not(Or([self.inside(network) for network in PRIVATE])))
        self.key("aws:sourcevpc", self.choice("vpc", VPCS), And(Not(service), Not(internet)))
        source = self.choice("source", SOURCES)
        add(Or(service, source.choice == 0))
        self.source = source
        self.key("aws:sourcearn", Finite(source.choice, [arn for arn, _ in SOURCES]))
        self.key("aws:sourceaccount", Finite(source.choice, [account for _, account in SOURCES]))
        # Free choices.
        self.key("aws:referer", String("referer"), Bool("has referer"))
        self.key("aws:useragent", String("useragent"), BoolVal(True))
        self.key("aws:securetransport", yes(Bool("tls")))
        self.has["aws:currenttime"] = self.has["aws:epochtime"] = BoolVal(True)
        # Ends where the calendar of four-digit years does.
        add(And(self.time >= NOW, self.time < 253_402_214_400))

    def choice(self, name, values):
        number = Int(name)
        self.axioms.append(And(number >= 0, number < len(values)))
        return Finite(number, values)

    def key(self, name, text, has=None):
        self.text[name] = text
        present = text.where(lambda value: True) if isinstance(text, Finite) else BoolVal(True)
        self.has[name] = present if has is None else And(has, present)

    def inside(self, network):
        low, high = int(network.network_address), int(network.broadcast_address)
        family = self.v6 if network.version == 6 else Not(self.v6)
        return And(family, UGE(self.ip, BitVecVal(low, 128)), ULE(self.ip, BitVecVal(high, 128)))


def holds(request, operator, key, values):
    key = key.lower()
    has = request.has[key]
    values = [str(value) for value in listed(values)]
    if operator == "Null":
        return Or([Not(has) if value == "true" else has for value in values])
    for_all, for_any = operator.startswith("ForAllValues:"), operator.startswith("ForAnyValue:")
    base = operator.split(":")[-1]
    if_exists = base.endswith("IfExists")
    base = base.removesuffix("IfExists")
    negated = "Not" in base
    relation = base.replace("Not", "")
    absent = True if for_all else False if for_any else (if_exists or negated)
    if key == "aws:principalorgpaths" and not (for_all or for_any):
        present = BoolVal(False)
    else:
        related = [relates(request, relation, key, value) for value in values]
        present = Not(Or(related)) if negated else Or(related)
    return If(has, present, BoolVal(absent))


def relates(request, relation, key, value):
    text = request.text.get(key)
    if isinstance(text, Finite):
        return text.where(lambda own: relates_constant(relation, own, value))
    if relation == "StringEquals":
        return text == StringVal(value)
    if relation == "StringLike":
        return InRe(text, wildcard(value))
    if relation == "StringEqualsIgnoreCase":
        return InRe(text, either_case(value))
    if relation == "IpAddress":
        return request.inside(ipaddress.ip_network(value))
    if relation.startswith("Date"):
        stamp = {"2020-01-01T00:00:00Z": 1577836800, "2026-01-01T00:00:00Z": 1767225600, "2030-01-01T00:00:00Z": 1893456000}
        return ordered(relation.removeprefix("Date"), request.time, stamp.get(value) or int(value))
    if relation.startswith("Numeric"):
        number = ToReal(request.time) if key == "aws:epochtime" else request.number[key]
        return ordered(relation.removeprefix("Numeric"), number, RealVal(value))
    raise ValueError(relation)


def relates_constant(relation, own, value):
    """The same for a request value that is a constant."""
    if relation == "StringEquals":
        return own == value
    if relation == "StringEqualsIgnoreCase":
        return own.lower() == value.lower()
    if relation == "Bool":
        return (own == "true") == (value.lower() == "true")
    if relation == "StringLike":
        return glob(value, own)
    if relation in ("ArnLike", "ArnEquals"):
        fields, patterns = own.split(":", 5), value.split(":", 5)
        return len(fields) == len(patterns) == 6 and all(glob(pattern, field) for pattern, field in zip(patterns, fields))
    raise ValueError(relation)


def ordered(relation, left, right):
    return {"Equals": left == right, "LessThan": left < right, "LessThanEquals": left <= right, "GreaterThan": left > right,
            "GreaterThanEquals": left >= right}[relation]


def names_principal(request, entry):
    if entry == "*":
        return BoolVal(True)

    def is_named(caller):
        who, account, name = caller
        for kind, values in entry.items():
            for value in listed(values):
                if kind == "Service":
                    hit = who == "service" and name == value
                elif value == "*":
                    hit = True
                elif value.isdigit() or value.endswith(":root"):
                    hit = who in SIGNED and account == (value if value.isdigit() else value.split(":")[4])
                else:
                    hit = caller_arn(*caller) == value
                if hit:
                    return True
        return False

    return request.caller.where(is_named)


def speaks(request, made):
    parts = []
    named = names_principal(request, made.get("Principal", made.get("NotPrincipal")))
    parts.append(Not(named) if "NotPrincipal" in made else named)
    patterns = listed(made.get("Action", made.get("NotAction")))
    indices = [index for index, (name, _) in enumerate(ACTIONS)
               if any(pattern == "*" or glob(pattern.lower(), name.lower()) for pattern in patterns) != ("NotAction" in made)]
    parts.append(Or([request.action == index for index in indices]))
    patterns = listed(made.get("Resource", made.get("NotResource")))
    covered = Or([request.resource.where(lambda arn: pattern == "*" or relates_constant("ArnLike", arn, pattern)) for pattern in patterns])
    parts.append(Not(covered) if "NotResource" in made else covered)
    for operator, keys in made.get("Condition", {}).items():
        parts.extend(holds(request, operator, key, values) for key, values in keys.items())
    return And(parts)


def allowed(request, document):
    allow = [speaks(request, made) for made in document["Statement"] if made["Effect"] == "Allow"]
    deny = [speaks(request, made) for made in document["Statement"] if made["Effect"] == "Deny"]
    return And(Or(allow), Not(Or(deny)))


def written(document):
    """Accounts, organizations, VPCs, narrow networks and header values that a document names."""
    accounts, organizations, vpcs, networks, secrets = set(), set(), set(), set(), []
    for made in document["Statement"]:
        entry = made.get("Principal", made.get("NotPrincipal"))
        if entry != "*":
            for value in (value for kind, values in entry.items() if kind == "AWS" for value in listed(values) if value != "*"):
                accounts.add(value if value.isdigit() else value.split(":")[4])
        for operator, keys in made.get("Condition", {}).items():
            for key, values in keys.items():
                merged = []
                for value in map(str, listed(values)):
                    if operator == "Null":
                        continue
                    like = "Like" in operator and "Arn" not in operator
                    literal = not (like or "Arn" in operator) or not set("*?") & set(value)
                    if key.lower() in ("aws:referer", "aws:useragent") and literal:
                        secrets.append((key.lower(), value, "IgnoreCase" in operator))
                    if value.startswith("arn:") and value.split(":")[4].isdigit():
                        accounts.add(value.split(":")[4])
                    elif literal and value.isdigit() and len(value) == 12:
                        accounts.add(value)
                    elif value.startswith("o-") and (literal or "/" in value):
                        organizations.add(value.split("/")[0])
                    elif literal and value.startswith("vpc-"):
                        vpcs.add(value)
                    elif "IpAddress" in operator:
                        merged.append(ipaddress.ip_network(value))
                for version, broadest in ((4, 8), (6, 32)):
                    blocks = ipaddress.collapse_addresses(network for network in merged if network.version == version)
                    networks.update(block for block in blocks if block.prefixlen > broadest)
    return accounts, organizations, vpcs, networks, secrets


def outsider(request, document=None, without_secrets=False):
    accounts, organizations, vpcs, networks, secrets = {OWN}, {"o-zone000001"}, {"vpc-0aaaaaaaaaaaaaaaa"}, set(ZONE_NETWORKS), []
    if document is not None:
        own = written(document)
        accounts, organizations, vpcs, networks = accounts | own[0], organizations | own[1], vpcs | own[2], networks | own[3]
        secrets = own[4]
    source_account = lambda source: source[1] or (source[0].split(":")[4] if source[0] else None)
    parts = [
        Not(request.caller.where(lambda caller: caller[1] in accounts)),
        Not(request.text["aws:principalorgid"].where(lambda own: own in organizations)),
        Not(And(request.has["aws:sourceip"], Or([request.inside(network) for network in networks]))),
        Not(And(request.has["aws:sourcevpc"], request.text["aws:sourcevpc"].where(lambda own: own in vpcs))),
        Not(request.source.where(lambda source: source_account(source) in accounts)),
    ]
    if without_secrets:
        for key, value, ignore_case in secrets:
            same = InRe(request.text[key], either_case(value)) if ignore_case else request.text[key] == StringVal(value)
            parts.append(Not(And(request.has[key], same)))
    return And(parts)


def satisfiable(*formulas):
    solver = Solver()
    solver.set("timeout", 5_000)
    solver.add(*formulas)
    outcome = solver.check()
    return True if outcome == sat else False if outcome == unsat else None


def exposure(document):
    request = Request()
    base = [*request.axioms, allowed(request, document)]
    for name, aim in (("public", outsider(request, document, True)), ("guarded", outsider(request, document)), ("external", outsider(request)),
                      ("trusted", BoolVal(True))):
        found = satisfiable(*base, aim)
        if found is None:
            return None
        if found:
            return name
    return "none"


def relation(old, new):
    request = Request()
    gained = satisfiable(*request.axioms, allowed(request, new), Not(allowed(request, old)))
    lost = satisfiable(*request.axioms, allowed(request, old), Not(allowed(request, new)))
    if gained is None or lost is None:
        return None
    return {(False, False): "equal", (False, True): "narrower", (True, False): "wider", (True, True): "incomparable"}[gained, lost]


# ---------------------------------------------------------------------------------------------- comparison

def run(command):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode not in (0, 1):
        sys.exit(f"{' '.join(command[:3])} ... failed with {result.returncode}: {result.stderr}{result.stdout[:2000]}")
    return [json.loads(line) for line in result.stdout.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="the binary mediastore-lint")
    parser.add_argument("--count", type=int, default=60, help="policies to judge; half as many pairs are compared")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    documents = [policy(rng) for _ in range(arguments.count)]
    pairs = [(document, variant(rng, document)) for document in documents[: arguments.count // 2]]
    tally, wrong = collections.Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "zone.toml").write_text(ZONE)
        write = lambda name, document: (folder / name).write_text(json.dumps(document)) and str(folder / name)
        files = [write(f"{index}.json", document) for index, document in enumerate(documents)]
        common = ["--format", "json", "--now", str(NOW)]
        judged = run([arguments.bin, "exposure", *common, "--config", str(folder / "zone.toml"), *files])
        both = [write(f"{index}-{side}.json", document) for index, pair in enumerate(pairs) for side, document in enumerate(pair)]
        compared = run([arguments.bin, "compare", *common, *both])
    work = [("exposure", line["exposure"], lambda d=document: exposure(d), document) for line, document in zip(judged, documents)]
    work += [("compare", line["relation"], lambda p=pair: relation(*p), pair) for line, pair in zip(compared, pairs)]
    for kind, ours, theirs, subject in work:
        theirs = theirs()
        outcome = "z3 unknown" if theirs is None else "undecided" if ours == "undecided" else "agree" if ours == theirs else "disagree"
        tally[kind, outcome] += 1
        tally[kind, outcome, ours] += 1
        if outcome in ("disagree", "undecided"):
            wrong.append((kind, outcome, ours, theirs, subject))
    for kind, outcome, ours, theirs, subject in wrong:
        print(f"{kind} {outcome}: mediastore-lint says {ours}, z3 says {theirs}\n  {json.dumps(subject)}")
    for entry, number in sorted(tally.items()):
        print(*entry, number)
    return 1 if any(outcome == "disagree" for _, outcome, *_ in wrong) else 0


if __name__ == "__main__":
    sys.exit(main())

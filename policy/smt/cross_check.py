#!/usr/bin/env python3
"""Compares `mediastore-lint exposure` and `compare` with an SMT encoding, over generated policies and over the written cases.

The encoding (`encoding.py`) is written from the semantics of the policy language (docs/policy-semantics.md), not from the Rust
code, and z3 decides it. Setting up and running:

    python3 -m venv /some/venv && /some/venv/bin/pip install z3-solver
    /some/venv/bin/python policy/smt/cross_check.py --bin target/debug/mediastore-lint --count 2000 --seed 1
    /some/venv/bin/python policy/smt/cross_check.py --bin target/debug/mediastore-lint --cases policy/tests/cases/exposure

Exit code 0 if both agree on every action wherever both decide, 1 otherwise. Disagreements are printed with the policy and both
answers.
"""

import argparse
import collections
import fnmatch
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import tomllib

from automata import TooLarge
from encoding import NotEncoded, World, Zone, worst

OWN, PARTNER = "111122223333", "444455556666"
NOW = 1_767_225_600
ZONE = Zone(accounts=(OWN,), organizations=("o-zone000001",), networks=("203.0.113.0/24",), vpcs=("vpc-0aaaaaaaaaaaaaaaa",))


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


# ---------------------------------------------------------------------------------------------- comparison

def run(command):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode not in (0, 1):
        sys.exit(f"{' '.join(command[:3])} ... failed with {result.returncode}: {result.stderr}{result.stdout[:2000]}")
    return [json.loads(line) for line in result.stdout.splitlines()]


class Linter:
    """The program under test, and a folder for what it reads."""

    def __init__(self, program, folder):
        self.program, self.folder, self.files = program, pathlib.Path(folder), 0

    def write(self, text):
        self.files += 1
        path = self.folder / f"{self.files}"
        path.write_text(text)
        return str(path)

    def exposures(self, documents, zone):
        lists = {"accounts": zone.accounts, "organizations": zone.organizations, "networks": zone.networks, "vpcs": zone.vpcs}
        config = self.write("[trust]\n" + "".join(f"{name} = {json.dumps(own)}\n" for name, own in lists.items()))
        files = [self.write(json.dumps(document)) for document in documents]
        return run([self.program, "exposure", "--format", "json", "--now", str(NOW), "--config", config, *files])

    def relations(self, pairs):
        files = [self.write(json.dumps(document)) for pair in pairs for document in pair]
        return [line["relation"] for line in run([self.program, "compare", "--format", "json", "--now", str(NOW), *files])]


class Tally:
    def __init__(self):
        self.counts, self.wrong = collections.Counter(), 0

    def add(self, kind, ours, theirs, subject):
        """Compares two answers, given as functions, texts, or dictionaries by action."""
        try:
            theirs = theirs()
        except (NotEncoded, TooLarge) as reason:
            print(f"{kind} not encoded ({reason})\n  {json.dumps(subject)}")
            self.counts[kind, "not encoded"] += 1
            return
        left, right = (answer if isinstance(answer, dict) else {kind: answer} for answer in (ours, theirs))
        differing = {name: (left.get(name), right[name]) for name in right if left.get(name) != right[name]}
        undecided = {name for name, (own, _) in differing.items() if own == "undecided"}
        outcome = "agree" if not differing else "undecided" if undecided == set(differing) else "disagree"
        if differing:
            print(f"{kind} {outcome}: mediastore-lint and z3 say {differing}\n  {json.dumps(subject)}")
        self.wrong += outcome == "disagree"
        self.counts[kind, outcome] += 1
        self.counts[kind, outcome, worst(right) if isinstance(theirs, dict) else theirs] += 1

    def report(self):
        for entry, number in sorted(self.counts.items()):
            print(*entry, number)
        return 1 if self.wrong else 0


def check_generated(linter, count, seed):
    rng = random.Random(seed)
    documents = [policy(rng) for _ in range(count)]
    pairs = [(document, variant(rng, document)) for document in documents[: count // 2]]
    # One vocabulary made all of them, so that texts need be told apart only once.
    world = World(documents + [new for _, new in pairs], ZONE, NOW)
    tally = Tally()
    started = time.perf_counter()
    lines = linter.exposures(documents, ZONE)
    between = time.perf_counter()
    for line, document in zip(lines, documents):
        tally.add("exposure", line["actions"], lambda: world.exposure(document), document)
    ours, theirs = between - started, time.perf_counter() - between
    print(f"exposure of {count} policies: mediastore-lint {ours:.2f} s with its start and reading, the encoding {theirs:.2f} s")
    for relation, (old, new) in zip(linter.relations(pairs), pairs):
        tally.add("compare", relation, lambda: world.relation(old, new), (old, new))
    return tally.report()


MISSING = {"Effect": "Allow", "Principal": "*", "Action": "mediastore:GetObject",
           "Resource": "arn:aws:mediastore:us-east-1:111122223333:container/movies/*"}


def expected(case, action):
    """The class that a case gives an action: that of the longest pattern that fits, and `none` if none does."""
    actions = case.get("actions") or {"mediastore:GetObject": case["exposure"]}
    fitting = [name for name in actions if fnmatch.fnmatchcase(action, name)]
    return actions[max(fitting, key=len)] if fitting else "none"


def check_cases(linter, folder):
    """The cases that people wrote: three answers must be one. What a case leaves out is as `tests/analyse/cases.rs` has it."""
    tally = Tally()
    for path in sorted(pathlib.Path(folder).glob("*.toml")):
        for case in tomllib.loads(path.read_text())["case"]:
            statements = [{name: value for name, value in {**MISSING, **json.loads(text)}.items() if value is not None} for text in case["statements"]]
            document = {"Version": case.get("version", "2012-10-17"), "Statement": statements}
            zone = Zone(accounts=(OWN,), organizations=tuple(case.get("organizations", ())), networks=tuple(case.get("networks", ())))
            [line] = linter.exposures([document], zone)
            classes = {}

            def theirs():
                classes.update(World([document], zone, NOW).exposure(document))
                return classes

            tally.add("case", line["actions"], theirs, {"file": path.name, **case})
            if classes:
                written = {"exposure": case["exposure"], **{action: expected(case, action) for action in classes}}
                tally.add("as written", written, lambda: {"exposure": worst(classes), **classes}, {"file": path.name, **case})
    return tally.report()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="the binary mediastore-lint")
    parser.add_argument("--count", type=int, default=60, help="policies to judge; half as many pairs are compared")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", help="a folder of written cases, to check these instead")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        linter = Linter(arguments.bin, folder)
        if arguments.cases:
            return check_cases(linter, arguments.cases)
        return check_generated(linter, arguments.count, arguments.seed)


if __name__ == "__main__":
    sys.exit(main())

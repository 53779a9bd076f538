"""A request of MediaStore and the meaning of policies, as formulas for z3.

Written from docs/policy-semantics.md and not from the Rust code. Every text of a request is one of finitely many
representatives (`automata`), what a condition makes of each is computed here, and the solver combines them, together with
addresses as bit vectors and numbers and times as arithmetic. What cannot be said raises `NotEncoded`.
"""

import dataclasses
import datetime
import functools
import ipaddress
import itertools
import re

import z3
from automata import ANY, NO_COLON, alt, arn, cat, characters, either_case, glob, literal, maybe, plus, representatives, star, times
from z3 import And, BitVecVal, BoolVal, Extract, If, Not, Or

OBJECT = ["GetObject", "DescribeObject", "PutObject", "DeleteObject"]
FOLDER = ["ListItems"]
CONTAINER = [
    "DeleteContainer", "DeleteContainerPolicy", "DeleteCorsPolicy", "DeleteLifecyclePolicy", "DeleteMetricPolicy", "DescribeContainer",
    "GetContainerPolicy", "GetCorsPolicy", "GetLifecyclePolicy", "GetMetricPolicy", "ListTagsForResource", "PutContainerPolicy",
    "PutCorsPolicy", "PutLifecyclePolicy", "PutMetricPolicy", "StartAccessLogging", "StopAccessLogging", "TagResource", "UntagResource"]
# Every action that a request on a resource can have, with the type of the resource.
ACTIONS = {"mediastore:" + name: kind for kind, names in (("object", OBJECT), ("folder", FOLDER), ("container", CONTAINER))
           for name in names}

PRIVATE = [ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")]
MULTIVALUED = ["aws:tagkeys", "aws:calledvia", "aws:principalorgpaths", "aws:resourceorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths",
               "aws:principalservicenameslist"]
OWNERS = "o-owner00000"  # the organization of the resource's owner, where the zone names none
END_OF_TIME = 253_402_214_400  # 9999-12-31, the last day that four digits of a year can say


class NotEncoded(Exception):
    """The policy uses something that the encoding cannot say."""


# ---------------------------------------------------------------------------------------------- documents

def listed(value):
    return value if isinstance(value, list) else [value]


def as_text(value):
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def statements_of(documents):
    return [(statement, document.get("Version") == "2012-10-17") for document in documents for statement in listed(document["Statement"])]


def conditions_of(statement):
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            yield Operator(operator), key.lower(), [as_text(value) for value in listed(values)]


def principals_of(statement):
    made = statement.get("Principal", statement.get("NotPrincipal"))
    return [("AWS", "*")] if made == "*" else [(kind, value) for kind, values in made.items() for value in listed(values)]


def resources_of(statement):
    return listed(statement.get("Resource", statement.get("NotResource")))


class Operator:
    def __init__(self, name):
        self.prefix, _, base = name.rpartition(":")
        self.if_exists, base = base.endswith("IfExists"), base.removesuffix("IfExists")
        self.negated, self.relation = "Not" in base, base.replace("Not", "")


VARIABLE = re.compile(r"\$\{([^}]*)\}")


def pieces_of(pattern, variables):
    """A pattern as pieces: text with wildcards, ("=", text) for what stands for itself, ("$", key, default) for a variable."""
    if not variables:
        return [pattern]
    made, at = [], 0
    for found in VARIABLE.finditer(pattern):
        made.append(pattern[at:found.start()])
        at = found.end()
        name, comma, default = found.group(1).partition(",")
        name = name.strip().lower()
        made.append(("=", name) if name in ("*", "?", "$") else ("$", name, default.strip().strip("'") if comma else None))
    return [piece for piece in [*made, pattern[at:]] if piece != ""]


def glob_matches(pieces, text, wildcards=True):
    """Whether a text is what the pieces describe, by a row of the positions of the text that are reached."""
    row = [True] + [False] * len(text)
    for piece in pieces:
        plain, letters = (False, piece) if isinstance(piece, str) else (True, piece[1])
        for letter in letters:
            if letter == "*" and wildcards and not plain:
                for at in range(1, len(row)):
                    row[at] = row[at] or row[at - 1]
            else:
                any_letter = letter == "?" and wildcards and not plain
                row = [False] + [row[at] and (any_letter or letter == text[at]) for at in range(len(text))]
    return row[-1]


def arn_matches(pieces, text):
    """The same field by field. No variable stands before the fifth colon."""
    fields = text.split(":", 5)
    if len(fields) < 6 or fields[0] != "arn":
        return False
    first = pieces[0] if pieces and isinstance(pieces[0], str) else ""
    heads = first.split(":", 5)
    if len(heads) < 6:
        raise NotEncoded(f"{pieces} has fewer than six fields of its own")
    return all(glob_matches([head], field) for head, field in zip(heads[:5], fields)) and glob_matches([heads[5], *pieces[1:]], fields[5])


@dataclasses.dataclass
class Written:
    """What policies name: an outsider of whom they know nothing is none of these."""

    accounts: set
    organizations: set
    vpcs: set
    networks: list
    sources: set
    identities: set
    secrets: list

    @staticmethod
    def of(documents):
        found = Written(set(), set(), set(), [], set(), set(), [])
        for statement, variables in statements_of(documents):
            for kind, value in principals_of(statement):
                if kind == "AWS" and value.startswith("arn:"):
                    found.accounts.add(value.split(":")[4])
                elif kind == "AWS" and value.isdigit():
                    found.accounts.add(value)
                elif kind == "AWS" and value != "*":
                    found.identities.add(value)
            for operator, key, values in conditions_of(statement):
                found.read(operator.relation, key, values, variables)
        return found

    def read(self, relation, key, values, variables):
        if relation == "IpAddress":
            # Neighbouring blocks count as the block they form.
            blocks = [block for block in map(network, values) if block is not None]
            for version, broadest in ((4, 8), (6, 32)):
                whole = ipaddress.collapse_addresses(block for block in blocks if block.version == version)
                self.networks += [block for block in whole if block.prefixlen > broadest]
        if not relation.startswith(("String", "Arn")):
            return
        for value in values:
            exact = relation in ("StringEquals", "StringEqualsIgnoreCase")
            if "IgnoreCase" in relation and key not in ("aws:referer", "aws:useragent"):
                value = value.lower()
            # A variable stands for its default; without one there is no fixed text.
            pieces = pieces_of(value, variables)
            fixed = all(piece[-1] is not None and (not isinstance(piece, str) or exact or not set("*?") & set(piece)) for piece in pieces)
            if fixed:
                value = "".join(piece if isinstance(piece, str) else piece[-1] for piece in pieces)
            fields = value.split(":", 5)
            if fixed and key in ("aws:referer", "aws:useragent"):
                self.secrets.append((key, value, "IgnoreCase" in relation))
            if value.isdigit() and len(value) == 12:
                self.accounts.add(value)
            elif value.startswith("arn:") and len(fields) == 6:
                if fields[4].isdigit() and len(fields[4]) == 12:
                    self.accounts.add(fields[4])
                elif fixed:
                    self.sources.add(value)
            elif value.startswith("o-"):
                name = value.split("/")[0]
                if fixed or ("/" in value and not set("*?") & set(name)):
                    self.organizations.add(name)
            elif fixed and value.startswith(("vpc-", "vpce-")):
                self.vpcs.add(value)
            elif re.fullmatch("(AIDA|AROA)[A-Z0-9]{12,}", value.split(":")[0]):
                self.identities.add(value.split(":")[0])


def network(value):
    """A network of a policy; nothing if no address lies in it."""
    try:
        block = ipaddress.ip_network(value, strict=":" in value)
    except ValueError:
        return None
    return None if block.version == 6 and block.network_address.ipv4_mapped else block


# ---------------------------------------------------------------------------------------------- the request

DIGITS = times(characters("0-9"), 12)
REGION = plus(characters("-0-9a-z"))
LETTER = characters("-+,.0-9=@A-Z_a-z")
PATH = star(characters("-+,./0-9=@A-Z_a-z"))
WORD = characters("-.0-9A-Z_a-z")
UPPER = plus(characters("0-9A-Z"))
SEGMENT = plus(characters("-.0-9:=A-Z_a-z~"))
NO_WILDCARD = characters("^*?")
FOLDERS = times(cat(SEGMENT, "/"), 0, 10)
PLACES = {"container": literal(""), "object": cat("/", FOLDERS, SEGMENT), "folder": cat("/", FOLDERS, SEGMENT, maybe("/"))}

SIGNED = ("user", "role", "root", "federated")
CALLERS = {
    "user": cat("arn:aws:iam::", DIGITS, ":user/", PATH, LETTER),
    "role": cat("arn:aws:iam::", DIGITS, ":role/", PATH, LETTER),
    "root": cat("arn:aws:iam::", DIGITS, ":root"),
    "federated": cat("arn:aws:sts::", DIGITS, ":federated-user/", plus(LETTER)),
}
TYPES = {"anonymous": "Anonymous", "user": "User", "role": "AssumedRole", "root": "Account", "federated": "FederatedUser"}


@dataclasses.dataclass
class Key:
    """A condition key: under which circumstances it is there, and with what text."""

    cases: list

    def has(self):
        return Or([guard for guard, _ in self.cases])

    def where(self, holds_for):
        verdicts = {}
        for _, text in self.cases:
            if text not in verdicts:
                verdicts[text] = holds_for(text)
        return Or([guard for guard, text in self.cases if verdicts[text]])


class Request:
    """A symbolic request for one type of resource, with the axioms of a well-formed one. `documents` are all policies that it will be
    asked about: their patterns are what texts are told apart by, and an id that they write out exists, whatever it looks like."""

    def __init__(self, kind, now, documents, zone):
        self.kind, self.axioms, self.keys, self.numbers, self.names = kind, [], {}, {}, itertools.count()
        self.documents, self.zone, self.written = documents, zone, Written.of(documents)
        written = self.written
        named = written.accounts | set(zone.accounts)
        add = self.axioms.append

        # Who signs.
        self.callers = [("anonymous", None)]
        for who, universe in CALLERS.items():
            service = "sts" if who == "federated" else "iam"
            lift = lambda account: cat(f"arn:aws:{service}::", account, ":", star(ANY))
            told = [lift(literal(account)) for account in sorted(named)] + self.languages("aws:principalarn")
            told += [lift(language) for language in self.languages("aws:principalaccount", NO_COLON)]
            if who == "user":
                name = lambda language: cat("arn:aws:iam::", DIGITS, ":user/", maybe(cat(PATH, "/")), language)
                told += [name(language) for language in self.languages("aws:username", characters("^/"))]
            if who == "root":
                told += [lift(language) for language in self.languages("aws:userid", NO_COLON)]
            if who == "federated":
                told += [cat("arn:aws:sts::", left, ":federated-user/", right) for left, right in self.split_user_ids()]
            told += [language for statement, _ in statements_of(documents) for language in named_arns(statement)]
            self.callers += [(who, text) for text in representatives(universe, told)]
        service_names = [literal(value) for statement, _ in statements_of(documents) for kind, value in principals_of(statement) if kind == "Service"]
        service_names += self.languages("aws:principalservicename") + self.languages("aws:principalservicenameslist")
        self.callers += [("service", text) for text in representatives(plus(WORD), service_names)]
        self.callers += [("named", name) for name in named_callers(documents)]
        self.caller = self.choice(len(self.callers))
        signed, service = self.is_a(*SIGNED), self.is_a("service")
        user_ids = self.languages("aws:userid") + [literal(name) for name in sorted(written.identities)]
        role_ids = self.languages("aws:userid") + [cat(name, ":", star(ANY)) for name in sorted(written.identities)]
        sessions = [session for statement, _ in statements_of(documents) for _, value in principals_of(statement) for session in [session_of(value)] if session]
        role_ids += [cat("AROA", UPPER, ":", session) for _, _, session in sessions]
        self.user_id = self.texts(self.is_a("user"), cat("AIDA", UPPER), user_ids)
        self.role_id = self.texts(self.is_a("role"), cat("AROA", UPPER, ":", plus(LETTER)), role_ids)
        self.key("aws:principalarn", self.by_caller(lambda who, text: text if who in SIGNED else None))
        self.key("aws:principalaccount", self.by_caller(lambda who, text: "anonymous" if who == "anonymous" else account_of(who, text)))
        self.key("aws:principaltype", self.by_caller(lambda who, text: TYPES.get(who)))
        self.key("aws:username", self.by_caller(lambda who, text: text.split("/")[-1] if who == "user" else None))
        ids = self.by_caller(user_id)
        self.key("aws:userid", Key(ids.cases + self.user_id.cases + self.role_id.cases))
        self.key("aws:principalisawsservice", self.by_caller(lambda who, text: {"service": "true", "anonymous": None, "named": None}.get(who, "false")))
        for key in ("aws:principalservicename", "aws:principalservicenameslist"):
            self.key(key, self.by_caller(lambda who, text: text if who == "service" else None))
        forwarded = z3.Bool("forwarded")
        add(Or(signed, Not(forwarded)))
        self.key("aws:viaawsservice", truth(BoolVal(True), forwarded))
        called = [language for key in ("aws:calledvia", "aws:calledviafirst", "aws:calledvialast") for language in self.languages(key)]
        chain = self.texts(forwarded, cat(plus(WORD), ".amazonaws.com"), called)
        for key in ("aws:calledvia", "aws:calledviafirst", "aws:calledvialast"):
            self.key(key, chain)

        # Credentials: root long-term only, roles and federated users temporary; MFA not with federated users.
        temporary, mfa = z3.Bool("temporary"), z3.Bool("mfa")
        add(Or(Not(self.is_a("root")), Not(temporary)))
        add(Or(Not(self.is_a("role", "federated")), temporary))
        add(Or(Not(self.is_a("federated")), Not(mfa)))
        self.key("aws:multifactorauthpresent", truth(And(signed, temporary), mfa))
        self.numbers["aws:multifactorauthage"] = (And(signed, temporary, mfa), z3.Real("age"))
        self.numbers["aws:tokenissuetime"] = (And(signed, temporary), z3.Int("issued"))
        for key in ("aws:sourceidentity", "aws:rolesessionname"):
            self.free(key, self.is_a("role"), plus(LETTER))
        self.free("aws:federatedprovider", self.is_a("role"))
        self.key("aws:assumedroot", truth(And(self.is_a("root"), z3.Bool("says assumed root")), z3.Bool("assumed root")))

        # The network: an address, or a VPC; services show neither.
        internet = z3.Bool("internet")
        self.internet, vpc = And(Not(service), internet), And(Not(service), Not(internet))
        self.addresses = {"aws:sourceip": (self.internet, Address("ip")), "aws:vpcsourceip": (vpc, Address("inner ip"))}
        for _, address in self.addresses.values():
            add(address.axiom)
        add(Not(Or([self.addresses["aws:sourceip"][1].inside(block) for block in PRIVATE])))
        for key, prefix, own in (("aws:sourcevpc", "vpc-", zone.vpcs), ("aws:sourcevpce", "vpce-", ())):
            told = self.languages(key) + [literal(name) for name in sorted({*own, *written.vpcs})]
            self.key(key, self.texts(vpc, self.ids_like(prefix), told))
        self.key("aws:vpceaccount", self.texts(And(vpc, z3.Bool("has vpce account")), DIGITS, self.languages("aws:vpceaccount") + [literal(name) for name in sorted(named)]))
        self.organization("aws:vpceorg", vpc)
        self.organization("aws:principalorg", signed)

        # Whom a service acts for: a resource, an account, both or neither. A resource's account is what its ARN says.
        given = self.languages("aws:sourceaccount", NO_COLON) + self.languages("aws:sourceowner", NO_COLON) + [literal(name) for name in sorted(named)]
        head = cat("arn:aws:", plus(WORD), ":", star(WORD), ":")
        told = self.languages("aws:sourcearn") + [literal(name) for name in sorted(written.sources)]
        field = cat(star(NO_COLON), ":")
        lifted = [cat("arn:", field, field, field, account, ":", star(ANY)) for account in given]
        owned = representatives(cat(head, DIGITS, ":", plus(NO_WILDCARD)), told + lifted)
        buckets = representatives(cat(head, ":", plus(NO_WILDCARD)), told)
        accounts = [None, *representatives(DIGITS, given)]
        self.sources = [(None, account) for account in accounts] + [(text, account) for text in buckets for account in accounts]
        self.sources += [(text, account) for text in owned for account in (text.split(":")[4], None)]
        source = self.choice(len(self.sources))
        add(Or(service, source == 0))
        self.by_source = lambda function: Key([(And(service, source == index), value) for index, pair in enumerate(self.sources)
                                               for value in [function(*pair)] if value is not None])
        self.key("aws:sourcearn", self.by_source(lambda text, account: text))
        for key in ("aws:sourceaccount", "aws:sourceowner"):
            self.key(key, self.by_source(lambda text, account: account))
        self.organization("aws:sourceorg", service)

        # The resource and its owner.
        told = [language for statement, variables in statements_of(documents) for pattern in resources_of(statement) if pattern != "*"
                for language in self.fillings(pattern, variables, "Arn")]
        told += [cat("arn:aws:mediastore:", language, ":", star(ANY)) for language in self.languages("aws:requestedregion", NO_COLON)]
        told += [cat("arn:aws:mediastore:", star(NO_COLON), ":", language, ":", star(ANY)) for key in ("aws:resourceaccount", "s3:resourceaccount")
                 for language in self.languages(key, NO_COLON)]
        universe = cat("arn:aws:mediastore:", REGION, ":", DIGITS, ":container/", plus(characters("-0-9A-Z_a-z")), PLACES[kind])
        self.resource = self.texts(BoolVal(True), universe, told)
        field = lambda at: Key([(guard, text.split(":")[at]) for guard, text in self.resource.cases])
        self.key("aws:requestedregion", field(3))
        for key in ("aws:resourceaccount", "s3:resourceaccount"):
            self.key(key, field(4))
        owners = zone.organizations or [*(name for name in sorted(written.organizations) if not set("*?") & set(name)), OWNERS]
        self.organization("aws:resourceorg", BoolVal(True), alt(*owners))

        # Free choices of the client, and the clock.
        self.key("aws:securetransport", truth(BoolVal(True), z3.Bool("tls")))
        self.free("aws:referer", BoolVal(True))
        self.key("aws:useragent", self.texts(BoolVal(True), star(ANY), self.languages("aws:useragent")))
        self.time = z3.Int("time")
        add(And(self.time >= now, self.time < END_OF_TIME))
        self.numbers["aws:currenttime"] = self.numbers["aws:epochtime"] = (BoolVal(True), self.time)

    # -- building

    def choice(self, count):
        number = z3.Int(f"choice {next(self.names)}")
        self.axioms.append(And(number >= 0, number < count))
        return number

    def is_a(self, *kinds):
        return Or([self.caller == index for index, (who, _) in enumerate(self.callers) if who in kinds])

    def by_caller(self, function):
        return Key([(self.caller == index, value) for index, caller in enumerate(self.callers) for value in [function(*caller)] if value is not None])

    def texts(self, circumstance, universe, languages):
        found = representatives(universe, languages)
        number = self.choice(len(found))
        return Key([(And(circumstance, number == index), text) for index, text in enumerate(found)])

    def key(self, name, made):
        self.keys[name] = made

    def free(self, name, circumstance, universe=None):
        """A key whose value is any text, or any of a language; it may be absent."""
        there = And(circumstance, z3.Bool(f"has {name}"))
        self.key(name, self.texts(there, universe or star(ANY), self.languages(name)))

    def ids_like(self, prefix):
        names = sorted(self.written.organizations | self.written.vpcs)
        own = [literal(name) for name in names if name.startswith(prefix) and not set("*?") & set(name)]
        return alt(cat(prefix, plus(characters("0-9a-z"))), *own)

    def organization(self, name, circumstance, ids=None):
        """An organization, and a path in it."""
        lift = lambda language: cat(language, "/", star(ANY))
        told = self.languages(name + "paths") + [lift(language) for language in self.languages(name + "id", characters("^/"))]
        told += [lift(literal(own)) for own in sorted({*self.zone.organizations, *self.written.organizations, OWNERS})]
        universe = cat(ids or self.ids_like("o-"), "/r-", star(characters("-/0-9a-z")), "/")
        paths = self.texts(And(circumstance, z3.Bool(f"has {name}")), universe, told)
        self.key(name + "paths", paths)
        self.key(name + "id", Key([(guard, text.split("/")[0]) for guard, text in paths.cases]))

    def find(self, name):
        """The key of a name in lower case; of one that no request carries, an empty one."""
        if name not in self.keys:
            if name.startswith("aws:principaltag/"):
                self.free(name, self.is_a(*SIGNED))
            elif self.kind == "container" and (name.startswith(("aws:resourcetag/", "aws:requesttag/")) or name == "aws:tagkeys"):
                self.free(name, BoolVal(True))
        return self.keys.get(name, Key([]))

    # -- what texts are told apart by

    @functools.cache
    def languages(self, name, wildcard=ANY):
        """The languages by which the policies tell values of a key apart."""
        found = []
        for statement, variables in statements_of(self.documents):
            for operator, key, values in conditions_of(statement):
                if key == name:
                    for value in values:
                        found += self.fillings(value, variables, operator.relation, wildcard)
        if name in self.variables():
            # A value that can be part of a path, and another one.
            found += [SEGMENT, literal("x")]
        return list(dict.fromkeys(found))

    @functools.cache
    def variables(self):
        """The keys of policy variables."""
        texts = []
        for statement, variables in statements_of(self.documents):
            if variables:
                texts += resources_of(statement) + [value for _, _, values in conditions_of(statement) for value in values]
        return {piece[1] for text in texts for piece in pieces_of(text, True) if not isinstance(piece, str) and piece[0] == "$"}

    def fillings(self, pattern, variables, relation, wildcard=ANY):
        """The languages of a pattern, its variables filled with what the policies compare their keys with, and some more."""
        pieces = pieces_of(pattern, variables)
        holes = [piece for piece in pieces if not isinstance(piece, str) and piece[0] == "$"]
        made = []
        for values in itertools.product(*[self.likely(hole) for hole in holes]):
            rest = iter(values)
            filled = [("=", next(rest)) if not isinstance(piece, str) and piece[0] == "$" else piece for piece in pieces]
            made.append(language_of(filled, relation, wildcard))
        return made

    def likely(self, hole):
        _, name, default = hole
        known = ["x"] if default is None else ["x", default]
        if name.endswith("account") or name == "aws:userid":
            known += ["anonymous", *sorted(self.zone.accounts)]
        for statement, _ in statements_of(self.documents):
            for _, key, values in conditions_of(statement):
                if key == name:
                    known += [value for value in values if not set("*?$") & set(value)]
        return list(dict.fromkeys(known))[:6]

    def split_user_ids(self):
        """User ids of federated users: an account, a colon and a name."""
        for statement, _ in statements_of(self.documents):
            for _, key, values in conditions_of(statement):
                for value in values if key == "aws:userid" else []:
                    for at, letter in enumerate(value):
                        if letter in ":*":
                            repeated = letter == "*"
                            yield glob(value[:at + repeated], NO_COLON), glob(value[at + 1 - repeated:], NO_COLON)


def language_of(pieces, relation, wildcard=ANY):
    plain = "".join(piece if isinstance(piece, str) else piece[1] for piece in pieces)
    if relation in ("StringEquals", "BinaryEquals"):
        return literal(plain)
    if relation in ("StringEqualsIgnoreCase", "Bool"):
        return either_case("true" if relation == "Bool" else plain)
    if relation == "Null" or relation.startswith(("Numeric", "Date", "Ip")):
        return literal("")
    parts = []
    for piece in pieces:
        if not isinstance(piece, str):
            parts.append(literal(piece[1]))
        elif relation.startswith("Arn") and not parts and wildcard is ANY and piece.count(":") >= 5:
            parts.append(arn(piece))
        else:
            parts.append(glob(piece, wildcard))
    return cat(*parts)


def account_of(who, text):
    return text.split(":")[4] if who in SIGNED else None


def user_id(who, text):
    """The part of `aws:userid` that follows from the ARN."""
    if who == "federated":
        return account_of(who, text) + ":" + text.split("/")[-1]
    return {"anonymous": "anonymous", "root": account_of(who, text)}.get(who)


def session_of(value):
    """The account, the role and the session that a principal names."""
    fields = value.split(":", 5)
    if len(fields) < 6 or not fields[5].startswith("assumed-role/"):
        return None
    return (fields[4], *fields[5].removeprefix("assumed-role/").split("/", 1))


def named_arns(statement):
    """The languages of the ARNs that principals of a statement name."""
    for kind, value in principals_of(statement):
        session = session_of(value)
        if session:
            yield cat(f"arn:aws:iam::{session[0]}:role/", maybe(cat(PATH, "/")), session[1])
        elif kind == "AWS" and value.startswith("arn:"):
            if value.split(":")[1] != "aws":
                raise NotEncoded("another partition")
            yield literal(value)


def named_callers(documents):
    """Callers that nothing but their name describes."""
    return sorted({(kind, value) for statement, _ in statements_of(documents) for kind, value in principals_of(statement)
                   if kind == "CanonicalUser" or (value.startswith("arn:") and not value.split(":")[4].isdigit())})


def truth(circumstance, fact):
    return Key([(And(circumstance, fact), "true"), (And(circumstance, Not(fact)), "false")])


class Address:
    """An address of either family. IPv4 in the disguise of IPv6 is IPv4."""

    def __init__(self, name):
        self.v6, self.bits = z3.Bool(name + " v6"), z3.BitVec(name, 128)
        head = Extract(127, 32, self.bits)
        self.axiom = And(Or(self.v6, head == BitVecVal(0, 96)), Not(And(self.v6, head == BitVecVal(0xFFFF, 96))))

    def inside(self, block):
        low, high = int(block.network_address), int(block.broadcast_address)
        family = self.v6 if block.version == 6 else Not(self.v6)
        return And(family, z3.UGE(self.bits, BitVecVal(low, 128)), z3.ULE(self.bits, BitVecVal(high, 128)))


# ---------------------------------------------------------------------------------------------- meaning

def fillings_of(request, pieces):
    """The pieces with their variables filled, and when. None where a variable has neither a value nor a default."""
    made = [(BoolVal(True), [])]
    for piece in pieces:
        if isinstance(piece, str) or piece[0] == "=":
            made = [(guard, [*done, piece]) for guard, done in made]
            continue
        _, name, default = piece
        if name in MULTIVALUED:
            return []
        if name in request.numbers or name in request.addresses:
            raise NotEncoded(f"a variable that is no text: {name}")
        cases = [(guard, text) for guard, text in request.find(name).cases if text]
        if default is not None:
            cases.append((Not(Or([guard for guard, _ in cases])), default))
        made = [(And(guard, there), [*done, ("=", text)]) for guard, done in made for there, text in cases]
    return made


def relates(request, key, relation, value, variables):
    """Whether the key's value is in a relation to one of the policy."""
    if relation == "Bool":
        return key.where(lambda text: (text.lower() == "true") == (value.lower() == "true"))
    tests = {
        "StringEquals": lambda pieces, text: glob_matches(pieces, text, wildcards=False),
        "StringEqualsIgnoreCase": lambda pieces, text: glob_matches([same(piece, str.lower) for piece in pieces], text.lower(), wildcards=False),
        "StringLike": glob_matches, "ArnLike": arn_matches, "ArnEquals": arn_matches,
        "BinaryEquals": lambda pieces, text: value == text}
    if relation not in tests:
        raise NotEncoded(relation)
    pieces = pieces_of(value, variables)
    if all(isinstance(piece, str) or piece[0] == "=" for piece in pieces):
        return key.where(lambda text: tests[relation](pieces, text))
    return Or([And(guard, key.where(lambda text: tests[relation](filled, text))) for guard, filled in fillings_of(request, pieces)])


def same(piece, function):
    return function(piece) if isinstance(piece, str) else (piece[0], function(piece[1]))


def ordered(relation, left, right):
    return {"Equals": left == right, "LessThan": left < right, "LessThanEquals": left <= right, "GreaterThan": left > right,
            "GreaterThanEquals": left >= right}[relation]


def seconds_of(value):
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return z3.RealVal(value)
    moment = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)
    return z3.RealVal(str(moment.timestamp()))


def holds(request, operator, name, values, variables):
    if name in request.addresses:
        has, key = request.addresses[name][0], None
    elif name in request.numbers:
        has, key = request.numbers[name][0], None
    else:
        key = request.find(name)
        has = key.has()
    if operator.relation == "Null":
        if operator.prefix:
            return BoolVal(operator.prefix == "ForAllValues")
        return Or([Not(has) if value.lower() == "true" else has for value in values])
    absent = {"ForAllValues": True, "ForAnyValue": False}.get(operator.prefix, operator.if_exists or operator.negated)
    if key is not None and not key.cases or name in MULTIVALUED and not operator.prefix:
        return And(Not(has), BoolVal(absent))
    relation = operator.relation
    if relation == "IpAddress":
        if key is not None:
            raise NotEncoded(f"addresses on {name}")
        related = Or([request.addresses[name][1].inside(block) for block in map(network, values) if block is not None])
    elif relation.startswith(("Date", "Numeric")):
        family = "Date" if relation.startswith("Date") else "Numeric"
        if name not in request.numbers or (name == "aws:currenttime" and family == "Numeric") or (name == "aws:multifactorauthage" and family == "Date"):
            raise NotEncoded(f"{relation} on {name}")
        number = request.numbers[name][1]
        number = z3.ToReal(number) if z3.is_int(number) else number
        read = seconds_of if family == "Date" else z3.RealVal
        related = Or([ordered(relation.removeprefix(family), number, read(value)) for value in values])
    elif key is None:
        raise NotEncoded(f"{relation} on {name}")
    else:
        related = Or([relates(request, key, relation, value, variables) for value in values])
    present = Not(related) if operator.negated else related
    if relation.startswith("Arn"):
        # What is no ARN is in no relation, and in no negated one.
        present = And(present, key.where(lambda text: text.startswith("arn:") and text.count(":") >= 5))
    return If(has, present, BoolVal(absent))


def names_principal(request, kind, value):
    if value == "*":
        return BoolVal(True)

    def is_named(who, text):
        if kind == "Service":
            return who == "service" and text == value
        if who == "named":
            return text == (kind, value)
        if kind != "AWS" or who not in SIGNED:
            return False
        if value.isdigit() or value.endswith(":root"):
            return text.split(":")[4] == (value if value.isdigit() else value.split(":")[4])
        return text == value

    hit = Or([request.caller == index for index, caller in enumerate(request.callers) if is_named(*caller)])
    session = session_of(value)
    if session:
        account, role, name = session
        of_role = Or([request.caller == index for index, (who, text) in enumerate(request.callers)
                      if who == "role" and text.split(":")[4] == account and text.endswith("/" + role)])
        return And(of_role, request.role_id.where(lambda text: text.split(":")[1] == name))
    if kind == "AWS" and not value.isdigit() and not value.startswith("arn:"):
        return Or(request.user_id.where(lambda text: text == value), request.role_id.where(lambda text: text.startswith(value + ":")))
    return hit


def includes_action(statement, action):
    patterns = listed(statement.get("Action", statement.get("NotAction")))
    hit = any(glob_matches([pattern.lower()], action.lower()) for pattern in patterns)
    return hit != ("NotAction" in statement)


def matches(request, statement, variables):
    """Whether a statement speaks of the request; its action part aside."""
    who = Or([names_principal(request, kind, value) for kind, value in principals_of(statement)])
    parts = [Not(who) if "NotPrincipal" in statement else who]
    covers = [BoolVal(True) if pattern == "*" else relates(request, request.resource, "ArnLike", pattern, variables) for pattern in resources_of(statement)]
    parts.append(Not(Or(covers)) if "NotResource" in statement else Or(covers))
    return And(parts + [holds(request, operator, key, values, variables) for operator, key, values in conditions_of(statement)])


def allowed(request, document, action):
    spoken = [(statement, variables) for statement, variables in statements_of([document]) if includes_action(statement, action)]
    by = lambda effect: [matches(request, statement, variables) for statement, variables in spoken if statement["Effect"] == effect]
    return And(Or(by("Allow")), Not(Or(by("Deny"))))


# ---------------------------------------------------------------------------------------------- the trust zone

@dataclasses.dataclass(frozen=True)
class Zone:
    accounts: tuple = ()
    organizations: tuple = ()
    networks: tuple = ()
    vpcs: tuple = ()


def outsider(request, zone, written=None):
    """Somebody outside the zone; with `written` given, somebody of whom the policies know nothing either."""
    accounts, organizations, vpcs = set(zone.accounts), set(zone.organizations), set(zone.vpcs)
    networks = [ipaddress.ip_network(block) for block in zone.networks]
    sources, identities = set(), set()
    if written is not None:
        accounts, organizations, vpcs = accounts | written.accounts, organizations | written.organizations | {OWNERS}, vpcs | written.vpcs
        networks, sources, identities = networks + written.networks, written.sources, written.identities
    own_source = lambda text, account: account or (text.split(":")[4] if text else None)
    parts = [
        Or([request.caller == index for index, (who, text) in enumerate(request.callers) if account_of(who, text) not in accounts]),
        Not(request.user_id.where(lambda text: text in identities)),
        Not(request.role_id.where(lambda text: text.split(":")[0] in identities)),
        Not(And(request.internet, Or([request.addresses["aws:sourceip"][1].inside(block) for block in networks]))),
        Not(request.by_source(own_source).where(lambda account: account in accounts)),
        Not(request.keys["aws:sourcearn"].where(lambda text: text in sources)),
        Not(request.keys["aws:vpceaccount"].where(lambda text: text in accounts)),
    ]
    for key in ("aws:principalorgid", "aws:sourceorgid", "aws:vpceorgid"):
        parts.append(Not(request.keys[key].where(lambda text: text in organizations)))
    for key in ("aws:sourcevpc", "aws:sourcevpce"):
        parts.append(Not(request.keys[key].where(lambda text: text in vpcs)))
    if written is not None:
        parts.append(Not(request.is_a("named")))
    return And(parts)


def without_secrets(request, written):
    """The request does not carry a header value that the policies write out."""
    given = lambda key, value, ignores_case: request.keys[key].where(
        lambda text: text.lower() == value.lower() if ignores_case else text == value)
    return And([Not(given(*secret)) for secret in written.secrets])


# ---------------------------------------------------------------------------------------------- questions

RANK = ["public", "guarded", "external", "trusted", "none"]


class World:
    """All requests there can be at some time or later, as far as some policies tell them apart."""

    def __init__(self, documents, zone, now):
        self.documents, self.zone, self.now = documents, zone, now

    @functools.cache
    def request(self, kind):
        return Request(kind, self.now, self.documents, self.zone)

    @functools.cache
    def solver(self, kind):
        """One solver for all questions about a type of resource, so that what is common is read once."""
        solver = z3.Solver()
        solver.set("timeout", 20_000)
        return solver, []

    def possible(self, request, *formulas):
        solver, known = self.solver(request.kind)
        # Keys that a question brings up add axioms of their own.
        solver.add(*request.axioms[len(known):])
        known[:] = request.axioms
        solver.push()
        solver.add(*formulas)
        outcome = solver.check()
        solver.pop()
        if outcome == z3.unknown:
            raise NotEncoded("the solver does not know")
        return outcome == z3.sat

    def exposure(self, document):
        """The class of every action."""
        classes, written = {}, Written.of([document])
        for actions in groups([document]):
            classes.update(dict.fromkeys(actions, self.exposure_of(document, written, actions[0])))
        return classes

    def exposure_of(self, document, written, action):
        request = self.request(ACTIONS[action])
        let_in = allowed(request, document, action)
        stranger = outsider(request, self.zone, written)
        aims = [("public", And(stranger, without_secrets(request, written))), ("guarded", stranger),
                ("external", outsider(request, self.zone)), ("trusted", BoolVal(True))]
        return next((name for name, aim in aims if self.possible(request, let_in, aim)), "none")

    def relation(self, old, new):
        """How a new document relates to an old one."""
        def beyond(these, others):
            for actions in groups([these, others]):
                request = self.request(ACTIONS[actions[0]])
                if self.possible(request, allowed(request, these, actions[0]), Not(allowed(request, others, actions[0]))):
                    return True
            return False

        return {(False, False): "equal", (False, True): "narrower", (True, False): "wider", (True, True): "incomparable"}[
            beyond(new, old), beyond(old, new)]


def groups(documents):
    """Actions that no statement and no resource type tells apart."""
    alike = {}
    for action, kind in ACTIONS.items():
        alike.setdefault((kind, *(includes_action(statement, action) for statement, _ in statements_of(documents))), []).append(action)
    return alike.values()


def worst(classes):
    return min(classes.values(), key=lambda name: RANK.index(name) if name in RANK else -1)

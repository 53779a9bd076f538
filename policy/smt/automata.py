"""Representatives: for a set of languages, one text for every way in which they tell the texts of a universe apart.

All expressions run side by side as one automaton, determinised from its start over one character of every kind that the
expressions tell apart. Each reachable state says which expressions accept; the first text that leads to a new combination
is kept. So whatever holds of some text of the universe holds of one of its representatives, and nothing is guessed.
"""

import collections
import functools
import re

MOST_STATES = 60_000
# Printable characters, and one that no policy of ours holds.
CHARACTERS = [chr(code) for code in range(32, 127)] + ["\u00e9"]


class TooLarge(Exception):
    """More states than are walked."""


def literal(text):
    return ("cat", *[("class", frozenset(letter)) for letter in text])


def either_case(text):
    return ("cat", *[("class", frozenset({letter.lower(), letter.upper()})) for letter in text])


@functools.cache
def characters(bracket):
    """The characters of a bracket expression such as `a-z0-9_.`; a dash that stands for itself comes first, `^` in front negates."""
    negated, bracket = bracket.startswith("^"), bracket.removeprefix("^")
    found = set()
    for low, high, single in re.findall(r"(.)-(.)|(.)", bracket, re.S):
        found |= {chr(code) for code in range(ord(low), ord(high) + 1)} if low else {single}
    return ("class", frozenset(set(CHARACTERS) - found if negated else found))


ANY = ("class", frozenset(CHARACTERS))
NO_COLON = characters("^:")


def cat(*parts):
    return ("cat", *[literal(part) if isinstance(part, str) else part for part in parts])


def alt(*parts):
    return ("alt", *[literal(part) if isinstance(part, str) else part for part in parts])


def star(part):
    return ("star", part)


def plus(part):
    return cat(part, star(part))


def maybe(part):
    return alt("", part)


def times(part, least, most=None):
    """Between `least` and `most` of them."""
    made = cat(*[part] * least)
    for _ in range((most or least) - least):
        made = cat(made, maybe(part))
    return made


def glob(pattern, wildcard=ANY):
    return cat(*[star(wildcard) if letter == "*" else wildcard if letter == "?" else letter for letter in pattern])


def arn(pattern):
    """An ARN pattern: the wildcards of the first five fields stay within their field."""
    fields = pattern.split(":", 5)
    head = [part for field in fields[:5] for part in (glob(field, NO_COLON), ":")]
    return cat(*head, glob(fields[5]) if len(fields) == 6 else literal(""))


class Automaton:
    """Thompson's construction, one automaton for all expressions."""

    def __init__(self):
        self.silent, self.loud = [], []

    def state(self):
        self.silent.append([])
        self.loud.append([])
        return len(self.silent) - 1

    def add(self, expression, start):
        """Adds an expression behind a state; returns the state where it ends."""
        kind, *parts = expression
        end = self.state()
        if kind == "class":
            self.loud[start].append((parts[0], end))
        elif kind == "cat":
            for part in parts:
                start = self.add(part, start)
            self.silent[start].append(end)
        elif kind == "alt":
            for part in parts:
                inner = self.state()
                self.silent[start].append(inner)
                self.silent[self.add(part, inner)].append(end)
        else:
            inner = self.state()
            self.silent[start] += [inner, end]
            last = self.add(parts[0], inner)
            self.silent[last] += [inner, end]
        return end

    def close(self, states):
        open_states, seen = list(states), set(states)
        while open_states:
            for other in self.silent[open_states.pop()]:
                if other not in seen:
                    seen.add(other)
                    open_states.append(other)
        return frozenset(seen)


def representatives(universe, languages):
    """Texts of the universe, one for each combination of languages that some text of it is in."""
    automaton, ends, starts = Automaton(), [], []
    for expression in [universe, *dict.fromkeys(languages)]:
        start = automaton.state()
        starts.append(start)
        ends.append(automaton.add(expression, start))
    own = starts[1] if len(starts) > 1 else len(automaton.silent)  # states of the universe come first
    kinds = {}
    for letter in CHARACTERS:
        signature = tuple(letter in accepted for row in automaton.loud for accepted, _ in row)
        # Letters and digits look better than signs in what is printed.
        if signature not in kinds or (letter.isalnum() and not kinds[signature].isalnum()):
            kinds[signature] = letter
    alphabet = list(kinds.values())
    first = automaton.close(starts)
    queue, seen, found = collections.deque([(first, "")]), {first}, {}
    while queue:
        states, text = queue.popleft()
        if ends[0] in states:
            found.setdefault(tuple(end in states for end in ends), text)
        for letter in alphabet:
            following = {end for state in states for accepted, end in automaton.loud[state] if letter in accepted}
            if not following or min(following) >= own:
                continue
            following = automaton.close(following)
            if following not in seen:
                seen.add(following)
                if len(seen) > MOST_STATES:
                    raise TooLarge(f"more than {MOST_STATES} states")
                queue.append((following, text + letter))
    return list(found.values())

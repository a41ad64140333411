# SPDX-License-Identifier: GPL-2.0-or-later
"""A recursive descent parser of the query language; tree.py has the tree.

Errors carry the byte column in the query, from 1, and one past the end where the query ends too early.

Decisions where the contract says nothing:

- Any Unicode white space is "a space".
- A chunk of the query without a word is punctuation and is left out between operands; beside an operator it is 401,
  as are a phrase without a word and empty parentheses.
- `-` negates when what follows it at once can begin an operand: a word character, quote mark, `(`, `~`, `*` or `?`.
- Parentheses outside quotes always group, also in the middle of a chunk: `f(x)` is `f (x)`.
- Gaps and alternatives exist inside quotes only; outside, dots are punctuation, and `|`, `&&` and a `"` that opens no
  quote are 401, as is a `|` inside quotes that is in no alternatives. Outside quotes `*` and `?`
  are always wildcards, so `who?` is a pattern; one of nothing but `?` is punctuation, one with `*` and nothing else
  is 401.
- A quoted phrase of nothing but `*` is 401 as well. `*` at a phrase's end is one word like anywhere else, and belongs
  to the span.
- The backslash escapes outside quotes as inside; before anything but `* ? | ~ \\ ( )`, a quote mark, an ellipsis or a
  dot it is punctuation. Before a dot it escapes the whole run of dots.
- A `?` in quotes is a wildcard when a word character follows it at once or after more wildcards, else punctuation.
- `...5` is a gap of 5 only if no word character follows the number; `...` with anything else has the default.
  Neighbouring gaps add up, to 100 at most. A run of dots and ellipses is one gap.
- `~` right behind a word is a suffix and needs a number, behind which no word, wildcard or `~` stands; any other begins
  a stem when a word follows. `~"..."` reads every word of the phrase by its stem, and nothing but a space, `(` or `-`
  stands before it. `a~0` and `"a"~5` are the word a. `~` behind parentheses or before alternatives is 401.
- Behind a closing quote stand `~N`, then punctuation up to a space or `)`: anything else there is 401.
- Stems and patterns take no `~N`; `"..."~N` takes words only: otherwise 401.
- In quotes, parentheses that hold a `|` of their own are alternatives; unbalanced ones are punctuation. Alternatives
  may nest.
- Only upper-case NEAR, BEFORE and NOTNEAR take `/N`; the same in other case, another upper-case word with `/N`, or no
  number behind the slash is 401.
- A field name is lower case and its operand follows at once; a field without one is 401. `title:` may hold any query in
  parentheses; a name of an operator right behind it is a word.
- A filter's value ends at a space or parenthesis, or is quoted. A date that does not exist is 401.
- Depth counts open parentheses, those of `title:( )` and of alternatives included.
"""

import re
import unicodedata
from datetime import date
from typing import NoReturn

from tree import (ANY_CHAR, ANY_RUN, DEFAULT_DISTANCE, DEFAULT_GAP, DISTANCE_OPERATORS, POSITIONAL_OPERATORS,
                  WILDCARDS, Alternatives, AnyWord, ExtensionFilter, Fuzzy, Gap, Item, Near, Node, Not, PathFilter,
                  Pattern, Phrase, Since, Stem, Title, Until, Word, both, either, is_positional, merged, unordered)
from words import fold_character, is_word_character, words_of

MAX_BYTES = 8192
MAX_DEPTH = 32
MAX_DISTANCE = 1000
MAX_GAP = 100
MAX_EDITS = 2
QUOTES = {'"': '"', "“": "”", "„": "“”", "«": "»", "‘": "’"}
QUOTE_OPENS_AFTER = "(-:|~"
ESCAPABLE = '*?|~\\…()"“”„«»‘’'
FIELDS = ("title", "path", "ext", "since", "until")


class QueryError(Exception):
    """A query that cannot be answered: 401 or 422, and where."""

    def __init__(self, code: int, column: int, message: str) -> None:
        super().__init__(f"{code} column={column} {message}")
        self.code = code
        self.column = column


def is_wordish(char: str) -> bool:
    """Whether a raw character begins its fold with a word character."""
    folded = fold_character(char)
    return folded != "" and is_word_character(folded[0])


def inner(items: list[Item]) -> list[Item]:
    """The items without the gaps at their ends."""
    while items and isinstance(items[0], Gap):
        items = items[1:]
    while items and isinstance(items[-1], Gap):
        items = items[:-1]
    return items


def stemmed(item: Item) -> Item:
    """The item with stems in the place of words."""
    if isinstance(item, Alternatives):
        return Alternatives(tuple(tuple(map(stemmed, choice)) for choice in item.choices))
    return Stem(item.text) if isinstance(item, Word) else item


class Content:
    """Reads the words of a phrase or of a bare chunk: text[start:stop] of a query."""

    def __init__(self, parser: "Parser", start: int, stop: int, quoted: bool, depth: int) -> None:
        self.parser = parser
        self.text = parser.text
        self.at = start
        self.start = start
        self.stop = stop
        self.quoted = quoted
        self.depth = depth
        self.items: list[Item] = []
        self.pending = ""
        self.stem_next = False
        self.closed = False

    def read(self) -> list[Item]:
        """All items, gaps at the ends included."""
        while self.at < self.stop:
            self.step()
        self.flush()
        items = merged(self.items)
        if any(isinstance(item, Gap) and item.most > MAX_GAP for item in items):
            self.parser.fail(422, self.start, f"a gap is at most {MAX_GAP}, neighbouring ones together")
        return items

    def look(self, at: int) -> str:
        return self.text[at] if self.start <= at < self.stop else ""

    def visible(self, at: int) -> str:
        """The character at a place, or the next one if that vanishes inside words."""
        while self.look(at) and not fold_character(self.look(at)):
            at += 1
        return self.look(at)

    def fail(self, code: int, message: str) -> NoReturn:
        self.parser.fail(code, self.at, message)

    def step(self) -> None:
        """Reads one character, escape or special construct."""
        char = self.look(self.at)
        if char == "\\":
            self.escape()
        elif char == "*":
            self.take(ANY_RUN)
        elif char == "?":
            self.take(ANY_CHAR if self.question_is_wildcard() else " ")
        elif self.quoted and self.dots(self.at):
            self.gap()
        elif char == "~":
            self.tilde()
        elif self.quoted and char == "(" and self.closing(self.at):
            self.alternatives()
        elif char == "|" or (not self.quoted and (char == '"' or self.text.startswith("&&", self.at, self.stop))):
            self.fail(401, f"{char} needs a backslash here")
        else:
            self.take(" " if char in WILDCARDS else char)

    def take(self, char: str) -> None:
        self.pending += char
        self.at += 1

    def escape(self) -> None:
        following = self.look(self.at + 1)
        dots = re.compile(r"\.+").match(self.text, self.at + 1, self.stop)
        if following and following in ESCAPABLE:
            self.at += 2
        elif dots:
            self.at = dots.end()
        else:
            self.at += 1
        self.pending += " "

    def question_is_wildcard(self) -> bool:
        if not self.quoted:
            return True
        at = self.at
        while self.look(at) and self.look(at) in "?*":
            if self.look(at) == "*":
                return True
            at += 1
        return bool(self.look(at)) and is_wordish(self.look(at))

    def dots(self, at: int) -> int:
        """The end of a run of dots that makes a gap, or 0."""
        run = re.compile(r"[.…]+").match(self.text, at, self.stop)
        long_enough = run and ("…" in run.group() or len(run.group()) >= 3)
        return run.end() if run and long_enough else 0

    def number(self, at: int) -> tuple[str, int]:
        """ASCII digits that no word character follows, and where they end."""
        digits = re.compile(r"[0-9]+").match(self.text, at, self.stop)
        if not digits or (self.look(digits.end()) and is_wordish(self.look(digits.end()))):
            return "", at
        return digits.group(), digits.end()

    def gap(self) -> None:
        digits, end = self.number(self.dots(self.at))
        most = int(digits) if digits else DEFAULT_GAP
        if most > MAX_GAP:
            self.fail(422, f"a gap is at most {MAX_GAP}")
        self.flush()
        self.items.append(Gap(most))
        self.at = end

    def tilde(self) -> None:
        end = re.compile("[0-9]*").match(self.text, self.at + 1, self.stop).end()
        after = self.visible(self.at + 1)
        if self.at_word_end():
            following = self.visible(end)
            if end == self.at + 1 or (following and (is_wordish(following) or following in "*?~")):
                self.fail(401, "~ behind a word needs a number, and nothing behind that")
            self.fuzzy(int(self.text[self.at + 1:end]))
            self.at = end
        elif self.quoted and ((self.look(self.at - 1) == ")" and self.closed) or (after == "(" and
                                                                                   self.closing(self.at + 1))):
            self.fail(401, "~ beside alternatives")
        else:
            self.flush()
            self.at += 1
            wild = after == "*" or (after == "?" and self.question_is_wildcard())
            self.stem_next = wild or (bool(after) and is_wordish(after))

    def at_word_end(self) -> bool:
        """Whether the text collected so far ends in a word that counts."""
        words = words_of(self.pending, WILDCARDS)
        last = next((char for char in reversed(self.pending) if char in WILDCARDS or fold_character(char)), " ")
        return bool(words) and (last in WILDCARDS or is_wordish(last)) and set(words[-1]) != {ANY_CHAR}

    def fuzzy(self, edits: int) -> None:
        self.flush()
        if not self.items or not isinstance(self.items[-1], Word):
            self.fail(401, "~N follows a word")
        if edits > MAX_EDITS:
            self.fail(422, f"at most {MAX_EDITS} edits")
        if edits:
            self.items[-1] = Fuzzy(self.items[-1].text, edits)

    def closing(self, at: int) -> int:
        """The parenthesis that closes the one at `at`, if there is a bar of their own between them, else 0."""
        level, bar = 0, False
        while at < self.stop:
            char = self.look(at)
            if char == "\\":
                at += 1
            elif char == "(":
                level += 1
            elif char == ")":
                level -= 1
                if level == 0:
                    return at if bar else 0
            elif char == "|" and level == 1:
                bar = True
            at += 1
        return 0

    def alternatives(self) -> None:
        end = self.closing(self.at)
        self.parser.check_depth(self.depth + 1, self.at)
        self.flush()
        choices = []
        for first, last in self.parts(self.at + 1, end):
            items = Content(self.parser, first, last, True, self.depth + 1).read()
            if all(isinstance(item, Gap) for item in items):
                self.parser.fail(401, first, "an empty alternative")
            choices.append(tuple(items))
        self.items.append(Alternatives(tuple(choices)))
        self.at = end + 1
        self.closed = self.look(self.at) == "~"

    def parts(self, start: int, stop: int) -> list[tuple[int, int]]:
        """The stretches between the bars outside inner parentheses."""
        cuts, level, at = [start - 1], 0, start
        while at < stop:
            char = self.look(at)
            if char == "\\":
                at += 1
            level += (char == "(") - (char == ")")
            if char == "|" and level == 0:
                cuts.append(at)
            at += 1
        cuts.append(stop)
        return [(before + 1, after) for before, after in zip(cuts, cuts[1:])]

    def flush(self) -> None:
        """Turns the text collected so far into items."""
        for word in words_of(self.pending, WILDCARDS):
            wild = any(char in WILDCARDS for char in word)
            if self.stem_next and wild and set(word) != {ANY_CHAR}:
                self.fail(401, "a stem is of a word, not of a pattern")
            if wild and set(word) == {ANY_RUN}:
                self.items.append(AnyWord())
            elif wild and (self.quoted or set(word) != {ANY_CHAR}):
                self.items.append(Pattern(word))
            elif not wild:
                self.items.append(Stem(word) if self.stem_next else Word(word))
            self.stem_next = False
        self.pending = ""


def left_open(glob: str) -> bool:
    """Whether a bracket of a glob is never closed; a ] right behind its [ or [! does not close it."""
    at = 0
    while at < len(glob):
        if glob[at] == "[":
            at += 2 if glob[at + 1:at + 2] in ("!", "^") else 1
            first = at
            while at < len(glob) and (glob[at] != "]" or at == first):
                at += 2 if glob[at] == "\\" else 1
            if at >= len(glob):
                return True
        at += 2 if glob[at] == "\\" else 1
    return False


class Parser:
    """Recursive descent over one query; parse() is the way in."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def fail(self, code: int, at: int, message: str) -> NoReturn:
        raise QueryError(code, len(self.text[:at].encode()) + 1, message)

    def check_depth(self, depth: int, at: int) -> None:
        if depth > MAX_DEPTH:
            self.fail(422, at, f"at most {MAX_DEPTH} levels deep")

    def parse(self) -> Node:
        if len(self.text.encode()) > MAX_BYTES:
            raise QueryError(422, MAX_BYTES + 1, f"at most {MAX_BYTES} bytes")
        node = self.parse_or()
        if self.at < len(self.text):
            self.fail(401, self.at, "no parenthesis is open here")
        return node

    # What stands at a place of the text.

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def skip_spaces(self) -> None:
        while self.peek().isspace():
            self.at += 1

    def skip_punctuation(self, alone: bool) -> None:
        """Passes chunks without a word. None may stand before an operator of two operands nor, where alone says so, be
        all there is."""
        self.skip_spaces()
        first = self.at
        while self.is_punctuation():
            self.at = self.chunk_end(self.at)
            self.skip_spaces()
        ends = self.peek() in ("", ")")
        if self.at > first and (self.operator_name(self.chunk()) not in ("", "NOT") or (alone and ends)):
            self.fail(401, first, "this holds no word")

    def is_punctuation(self) -> bool:
        """Whether a chunk without a word stands here."""
        chunk = self.chunk()
        if not chunk or self.negates() or self.operator_name(chunk) or self.field_name(chunk):
            return False
        if self.is_bad_operator(chunk) or (chunk == "~" and self.opens_quote(self.at + 1)):
            return False
        self.check_tilde(chunk)
        return not Content(self, self.at, self.chunk_end(self.at), False, self.depth).read()

    def check_tilde(self, chunk: str) -> None:
        end = self.at + len(chunk)
        if chunk.endswith("~") and self.opens_quote(end):
            self.fail(401, end - 1, "~ before a quote needs a space before it")

    def opens_quote(self, at: int) -> bool:
        if at >= len(self.text) or self.text[at] not in QUOTES:
            return False
        return at == 0 or self.text[at - 1].isspace() or self.text[at - 1] in QUOTE_OPENS_AFTER

    def close_of(self, start: int) -> int:
        """Where the quote that opens at start closes."""
        closers = QUOTES[self.text[start]]
        at = start + 1
        while at < len(self.text):
            char = self.text[at]
            if char == "\\":
                at += 1
            elif char in closers and not (char == "’" and self.followed_by_word(at)):
                return at
            at += 1
        self.fail(401, start, "this quote is not closed")

    def followed_by_word(self, at: int) -> bool:
        return at + 1 < len(self.text) and unicodedata.category(self.text[at + 1])[0] in "LN"

    def chunk_end(self, start: int) -> int:
        """The end of the bare chunk at start."""
        at = start
        while at < len(self.text) and not self.text[at].isspace() and self.text[at] not in "()":
            if self.opens_quote(at):
                break
            escapes = self.text[at] == "\\" and self.text[at + 1:at + 2] in tuple(ESCAPABLE)
            at += 2 if escapes else 1
        return at

    def chunk(self) -> str:
        return self.text[self.at:self.chunk_end(self.at)]

    def negates(self) -> bool:
        """Whether the `-` here is an operator."""
        before = self.text[self.at - 1:self.at]
        if self.peek() != "-" or not (before in ("", "(") or before.isspace()):
            return False
        at = self.at + 1
        while at < len(self.text) and not fold_character(self.text[at]):
            at += 1
        following = self.text[at:at + 1]
        if following in tuple("~*?") and at == self.at + 1:
            end = self.chunk_end(at)
            quoted = self.text[at:end] == "~" and self.opens_quote(end)
            return quoted or bool(Content(self, at, end, False, self.depth).read())
        opens = following == "(" or following in QUOTES
        return following != "" and (is_wordish(following) or (opens and at == self.at + 1))

    def field_name(self, chunk: str) -> str:
        name, colon, _ = chunk.partition(":")
        return name if colon and name in FIELDS else ""

    def operator_name(self, chunk: str) -> str:
        """The operator a chunk spells, its distance left off."""
        if chunk in ("AND", "OR", "NOT") or chunk in POSITIONAL_OPERATORS:
            return chunk
        name, slash, number = chunk.partition("/")
        right = slash and name in DISTANCE_OPERATORS and re.fullmatch("[0-9]+", number)
        return name if right else ""

    def is_bad_operator(self, chunk: str) -> bool:
        name, slash, number = chunk.partition("/")
        if not slash or self.operator_name(chunk):
            return False
        numbered = re.fullmatch("[0-9]+", number) is not None
        if name in DISTANCE_OPERATORS:
            return True
        return numbered and (name.upper() in POSITIONAL_OPERATORS or re.fullmatch("[A-Z]{2,}", name) is not None)

    # The grammar, loosest binding first.

    def parse_or(self) -> Node:
        self.skip_punctuation(alone=True)
        children = [self.parse_and()]
        while self.accept("OR"):
            children.append(self.parse_and())
        return either(children)

    def parse_and(self) -> Node:
        children = [self.parse_not()]
        while True:
            self.skip_punctuation(alone=False)
            if self.accept("AND"):
                children.append(self.parse_not())
            elif self.at_end_of_and():
                return both(children)
            else:
                children.append(self.parse_not())

    def at_end_of_and(self) -> bool:
        return self.peek() in ("", ")") or self.operator_name(self.chunk()) == "OR"

    def accept(self, operator: str) -> bool:
        self.skip_spaces()
        if self.operator_name(self.chunk()) != operator:
            return False
        self.at = self.chunk_end(self.at)
        return True

    def parse_not(self) -> Node:
        if self.accept("NOT"):
            return Not(self.parse_not())
        if self.negates():
            self.at += 1
            return Not(self.parse_near())
        return self.parse_near()

    def parse_near(self) -> Node:
        self.skip_spaces()
        start = self.at
        left = self.parse_operand()
        while True:
            self.skip_spaces()
            operator = self.operator_name(self.chunk())
            if operator not in POSITIONAL_OPERATORS:
                return left
            self.check_operand(left, start)
            distance = self.parse_distance(operator)
            self.skip_spaces()
            start_right = self.at
            if self.negates():
                self.fail(401, self.at, "an operand here cannot be negated")
            right = self.parse_operand()
            self.check_operand(right, start_right)
            left = Near(operator, distance, left, right)

    def check_operand(self, node: Node, at: int) -> None:
        if not is_positional(node):
            self.fail(401, at, "AND, NOT or a filter inside an operand of the NEAR family")

    def parse_distance(self, operator: str) -> int:
        """Reads an operator and its distance."""
        number = self.chunk().partition("/")[2]
        distance = int(number) if number else DEFAULT_DISTANCE if operator in DISTANCE_OPERATORS else 0
        if distance > MAX_DISTANCE:
            self.fail(422, self.at, f"a distance is at most {MAX_DISTANCE}")
        self.at = self.chunk_end(self.at)
        return distance

    def parse_operand(self) -> Node:
        self.skip_spaces()
        if self.peek() in ("", ")"):
            self.fail(401, self.at, "an operand is missing here")
        if self.peek() == "(":
            return self.parse_group()
        if self.opens_quote(self.at):
            return self.parse_quote(stems=False)
        chunk = self.chunk()
        if self.operator_name(chunk):
            self.fail(401, self.at, f"an operand is missing before {chunk}")
        if self.is_bad_operator(chunk):
            self.fail(401, self.at, f"{chunk} is no operator; NEAR/5 is, in upper case")
        if chunk == "~" and self.opens_quote(self.at + 1):
            self.at += 1
            return self.parse_quote(stems=True)
        name = self.field_name(chunk)
        return self.parse_field(name) if name else self.parse_bare()

    def parse_group(self) -> Node:
        opened = self.at
        self.depth += 1
        self.check_depth(self.depth, opened)
        self.at += 1
        node = self.parse_or()
        if self.peek() != ")":
            self.fail(401, self.at, "a parenthesis is not closed")
        self.at += 1
        self.depth -= 1
        if self.peek() == "~":
            self.fail(401, self.at, "~ behind a parenthesis")
        return node

    def parse_bare(self) -> Node:
        self.check_tilde(self.chunk())
        start, self.at = self.at, self.chunk_end(self.at)
        return self.phrase(Content(self, start, self.at, False, self.depth).read(), start)

    def phrase(self, items: list[Item], start: int) -> Node:
        """A phrase without the gaps at its ends; 401 if it names no word."""
        items = inner(items)
        if all(isinstance(item, (AnyWord, Gap)) for item in items):
            self.fail(401, start, "at least one word is needed")
        return Phrase(tuple(items))

    def parse_quote(self, stems: bool) -> Node:
        start = self.at
        close = self.close_of(start)
        items = inner(Content(self, start + 1, close, True, self.depth).read())
        if stems:
            items = list(map(stemmed, items))
        self.at = close + 1
        suffix = re.compile(r"~([0-9]*)").match(self.text, self.at)
        if not suffix:
            self.skip_glued()
            return self.phrase(items, start)
        if not suffix.group(1):
            self.fail(401, self.at, "~ behind a quote needs a number")
        if int(suffix.group(1)) > MAX_DISTANCE:
            self.fail(422, self.at, f"a distance is at most {MAX_DISTANCE}")
        self.at = suffix.end()
        self.skip_glued()
        if not items or not all(isinstance(item, Word) for item in items):
            self.fail(401, start, '"..."~N is of words only')
        return unordered([item for item in items if isinstance(item, Word)], int(suffix.group(1)))

    def skip_glued(self) -> None:
        """Passes punctuation right behind a closing quote, with which it goes."""
        while self.peek() and not self.peek().isspace() and self.peek() != ")":
            if self.peek() in '"(*~|\\' or is_wordish(self.peek()):
                self.fail(401, self.at, "a space is missing behind a closing quote")
            self.at += 1

    def parse_field(self, name: str) -> Node:
        start = self.at
        self.at += len(name) + 1
        if name == "title":
            return Title(self.parse_title())
        value = self.parse_value()
        if not value:
            self.fail(401, self.at, f"{name}: needs a value")
        if name == "path":
            if left_open(value):
                self.fail(401, start, "a bracket is never closed")
            return PathFilter(value)
        if name == "ext":
            return ExtensionFilter(value)
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail(401, start, "a date is YYYY-MM-DD")
        return Since(day) if name == "since" else Until(day)

    def parse_title(self) -> Node:
        missing = self.peek() in ("", ")") or self.peek().isspace()
        if missing or not (self.peek() == "(" or self.opens_quote(self.at) or self.has_words()):
            self.fail(401, self.at, "title: needs a word, phrase or parenthesis right behind it")
        quoted = self.peek() == "(" or self.opens_quote(self.at + (self.peek() == "~"))
        return self.parse_operand() if quoted else self.parse_bare()

    def has_words(self) -> bool:
        end = self.chunk_end(self.at)
        tilde_quote = self.text[self.at:end] == "~" and self.opens_quote(end)
        return tilde_quote or bool(Content(self, self.at, end, False, self.depth).read())

    def parse_value(self) -> str:
        """The value of a filter."""
        if self.opens_quote(self.at):
            start, close = self.at, self.close_of(self.at)
            self.at = close + 1
            self.skip_glued()
            return re.sub(r'\\(["\\])', r"\1", self.text[start + 1:close])
        start = self.at
        while self.peek() and not self.peek().isspace() and self.peek() not in "()":
            self.at += 1
        return self.text[start:self.at]


def parse(text: str) -> Node:
    """The tree of a query; raises QueryError."""
    return Parser(text).parse()


def quote(text: str) -> str:
    """A phrase that matches the words of a text as they stand: what `verbatim quote` is promised to print."""
    spaced = re.sub(r"\r?\n|\r", " ", text)
    return '"' + re.sub(r'["*?|~\\…]|\.{2,}', lambda match: "\\" + match.group(), spaced) + '"'

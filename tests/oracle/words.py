# SPDX-License-Identifier: GPL-2.0-or-later
"""Text to words, by the letter of the contract's section "Words". Plain and slow on purpose.

How the text is read, step by step:

1. Each character is folded alone: full case folding and NFKD, again and again until nothing changes; then the letters
   that only look decorated (o-slash, ae, dotless i ...) become plain ones.
2. Default-ignorable characters vanish, as if they had not been typed; U+200B is a separator instead.
3. Letters, marks and numbers (categories L*, M*, N*) make words, everything else separates. A fold may hold several
   characters, a separator too: "1/2" as one character is two words that share its bytes.
4. A mark is dropped when the last letter or number before it is of a script whose marks do not matter.
5. Letters of scripts written without spaces stand alone, each with the marks behind it; their digits do not.
6. A finished word is composed (NFC).

Decisions where the contract says nothing:

- Modifier letters that are apostrophes or are typed as one (U+02B9 to U+02BF, U+02EE, those of N'Ko, the saltillo)
  are letters to Unicode, but "apostrophes of every form" separate.
- A mark belongs to the letter or number before it. One that stands on anything else belongs to that: it is in no
  word. So the acute accent typed as an apostrophe (U+00B4, a space and a mark to Unicode) separates, and so does a
  stroked arrow or a "not equal" sign.
- European digits lose their marks as Latin letters do, so a keycap 1 is the word 1.
- A word ends with its last letter, number or mark, dropped marks included; characters that vanished behind it are not
  part of it.
- U+3007 (the Han zero) stands alone although it is a number; other numbers of those scripts form runs.
- A sentence end is looked for in the text between two words. A full stop that directly follows a known abbreviation
  or an initial does not count, unless more stops follow it at once ("etc..." ends a sentence). An initial is a single
  letter of either case, as in "(d. 1831)", that no apostrophe joins to the word before: the t of "don't." is none. A
  letter that stands alone in its script is none. Some abbreviations count only before a number ("no. 5").
- A CJK stop needs no space behind it, and may be followed by anything.
- A blank line holds nothing, or nothing but white space.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import unicode_ranges
from unicode_ranges import contains

LONG_WORD_BYTES = 64
APOSTROPHE_LETTERS = "\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\u02ee\u07f4\u07f5\ua78b\ua78c"
APOSTROPHES = tuple("'’‘`´＇" + APOSTROPHE_LETTERS)
PLAIN_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"}
SCRIPTS_WITHOUT_MARKS = (unicode_ranges.LATIN, unicode_ranges.GREEK, unicode_ranges.CYRILLIC, unicode_ranges.HEBREW,
                         unicode_ranges.ARABIC)
SCRIPTS_WITHOUT_SPACES = (unicode_ranges.HAN, unicode_ranges.KANA, unicode_ranges.SOUTH_EAST_ASIAN_BLOCKS)
EUROPEAN_DIGITS = "0123456789"
LONE_EXTRAS = "\u3005\u3006\u3007\u30fc"

CJK_STOPS = "。！？｡"
STOPS = "".join(chr(code) for first, last in unicode_ranges.SENTENCE_TERMINAL for code in range(first, last + 1)) + "…"
CLOSING_CATEGORIES = ("Pe", "Pf", "Pi")
CLOSING_ASCII = "\"'"
BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
STOP_RUN = re.compile("[" + re.escape(STOPS) + "]+")


@dataclass(frozen=True)
class Token:
    """One word of a text. Byte offsets and columns are of its UTF-8; sentence and paragraph are numbered from 0."""

    word: str
    start: int
    end: int
    line: int
    column: int
    sentence: int = 0
    paragraph: int = 0


def is_ignorable(char: str) -> bool:
    """Whether the character vanishes."""
    return char != "\u200b" and contains(unicode_ranges.DEFAULT_IGNORABLE, char)


@lru_cache(maxsize=None)
def fold_character(char: str) -> str:
    """The folded form of one character: "" when it vanishes, " " for U+200B."""
    if char == "\u200b":
        return " "
    folded, before = char, None
    while folded != before:
        before, folded = folded, unicodedata.normalize("NFKD", folded.casefold())
    folded = "".join(PLAIN_LETTERS.get(one, one) for one in folded)
    return "".join(one for one in folded if not is_ignorable(one))


@lru_cache(maxsize=None)
def is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


@lru_cache(maxsize=None)
def is_word_character(char: str) -> bool:
    """Whether a folded character belongs to words."""
    return unicodedata.category(char)[0] in "LMN" and char not in APOSTROPHE_LETTERS


@lru_cache(maxsize=None)
def stands_alone(char: str) -> bool:
    """Whether a folded character is a word of its own."""
    if char in LONE_EXTRAS:
        return True
    letter = unicodedata.category(char)[0] == "L"
    return letter and any(contains(table, char) for table in SCRIPTS_WITHOUT_SPACES)


@lru_cache(maxsize=None)
def loses_marks(base: str) -> bool:
    """Whether marks behind this letter are dropped."""
    return base in EUROPEAN_DIGITS or any(contains(table, base) for table in SCRIPTS_WITHOUT_MARKS)


def is_long(word: str) -> bool:
    """Whether the word matches only itself."""
    return len(word.encode()) > LONG_WORD_BYTES


@dataclass
class Run:
    """A word being collected."""

    start: int
    end: int
    letters: str = ""
    base: str = ""
    alone: bool = False


@lru_cache(maxsize=None)
def units(char: str, extra_letters: str) -> tuple[tuple[str, str], ...]:
    """The characters that one folds to, each with its part in words: separator, mark, letter or alone."""
    if char in extra_letters:
        return ((char, "letter"),)
    return tuple((one, part_of(one)) for one in fold_character(char))


def part_of(one: str) -> str:
    """What a folded character does."""
    if not is_word_character(one):
        return "separator"
    if is_mark(one):
        return "mark"
    return "alone" if stands_alone(one) else "letter"


def runs(text: str, extra_letters: str = "") -> Iterator[Run]:
    """The words of a text as raw runs, with byte offsets. extra_letters count as letters that fold to themselves."""
    run: Run | None = None
    offset = 0
    for char in text:
        end = offset + (1 if char.isascii() else len(char.encode()))
        for one, part in units(char, extra_letters):
            if part == "mark":
                if run:
                    run.end = end
                    run.letters += "" if loses_marks(run.base) else one
                continue
            if run and (part != "letter" or run.alone):
                yield run
                run = None
            if part != "separator":
                run = run or Run(offset, end)
                run.letters += one
                run.base, run.alone, run.end = one, part == "alone", end
        offset = end
    if run:
        yield run


def words_of(text: str, extra_letters: str = "") -> list[str]:
    """The folded words of a text, in order."""
    return [unicodedata.normalize("NFC", run.letters) for run in runs(text, extra_letters)]


def tokenize(text: str, blocks: list[int] | None = None) -> list[Token]:
    """All words of a text with their places.

    blocks holds byte offsets where a block element ends: each ends a paragraph too.
    """
    data = text.encode()
    tokens: list[Token] = []
    breaks = Breaks(data, sorted(blocks or []))
    line, line_start, seen = 1, 0, 0
    for run in runs(text):
        newlines = data.count(b"\n", seen, run.start)
        if newlines:
            line += newlines
            line_start = data.rfind(b"\n", 0, run.start) + 1
        seen = max(seen, run.start)
        sentence, paragraph = breaks.step(tokens, run)
        tokens.append(Token(unicodedata.normalize("NFC", run.letters), run.start, run.end, line,
                            run.start - line_start + 1, sentence, paragraph))
    return tokens


@lru_cache(maxsize=None)
def abbreviations() -> dict[tuple[str, ...], bool]:
    """The known abbreviations, each as its words, ("mr",) or ("e", "g"), and whether a number must follow."""
    lines = Path(__file__).with_name("abbreviations.txt").read_text(encoding="utf-8").splitlines()
    entries = [line.split(" ") for line in lines if line and not line.startswith("#")]
    return {tuple(entry[0].split(".")): len(entry) > 1 for entry in entries}


class Breaks:
    """Counts sentences and paragraphs while words go by."""

    def __init__(self, data: bytes, blocks: list[int]) -> None:
        self.data = data
        self.blocks = blocks
        self.sentence = 0
        self.paragraph = 0

    def step(self, tokens: list[Token], run: Run) -> tuple[int, int]:
        """The numbers of sentence and paragraph of the next word; tokens are those before it."""
        if tokens:
            last = tokens[-1]
            between = self.text(last.end, run.start)
            block = any(last.end <= place <= run.start for place in self.blocks)
            if block or BLANK_LINE.search(between):
                self.paragraph += 1
                self.sentence += 1
            elif self.ends_sentence(tokens, between, unicodedata.category(run.letters[0])[0] == "N"):
                self.sentence += 1
        return self.sentence, self.paragraph

    def text(self, start: int, end: int) -> str:
        return self.data[start:max(start, end)].decode()

    def ends_sentence(self, tokens: list[Token], between: str, number_follows: bool) -> bool:
        """Whether the text between two words ends a sentence."""
        between = "".join(char for char in between if not is_ignorable(char))
        for stop in STOP_RUN.finditer(between):
            if any(char in CJK_STOPS for char in stop.group()):
                return True
            if stop.group() == "." and stop.start() == 0 and self.is_short_form(tokens, number_follows):
                continue
            rest = between[stop.end():]
            while rest and is_closing(rest[0]):
                rest = rest[1:]
            if rest and rest[0].isspace():
                return True
        return False

    def is_short_form(self, tokens: list[Token], number_follows: bool) -> bool:
        """Whether the last word is an initial or the end of a known abbreviation."""
        if self.is_initial(tokens):
            return True
        fitting = (before_number for known, before_number in abbreviations().items() if self.dotted(tokens, known))
        return any(number_follows or not before_number for before_number in fitting)

    def is_initial(self, tokens: list[Token]) -> bool:
        """Whether the last word is a single letter, but not the rest of a word as the t of "don't" is."""
        word = tokens[-1].word
        if len(word) != 1 or unicodedata.category(word)[0] != "L" or stands_alone(word):
            return False
        return len(tokens) < 2 or self.text(tokens[-2].end, tokens[-1].start) not in APOSTROPHES

    def dotted(self, tokens: list[Token], known: tuple[str, ...]) -> bool:
        """Whether the last words are those of an abbreviation, joined by single full stops."""
        last = tokens[-len(known):]
        if tuple(token.word for token in last) != known:
            return False
        return all(self.text(one.end, two.start) == "." for one, two in zip(last, last[1:]))


def is_closing(char: str) -> bool:
    """Whether the character may stand between a stop and the space behind it."""
    return char in CLOSING_ASCII or unicodedata.category(char) in CLOSING_CATEGORIES

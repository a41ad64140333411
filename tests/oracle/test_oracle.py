#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the oracle itself, rule by rule, with answers worked out by hand from the contract."""

import sys

sys.dont_write_bytecode = True

import itertools  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import unittest  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from datetime import date  # noqa: E402
from pathlib import Path  # noqa: E402

from differential import all_words, expect, expect_in_library  # noqa: E402
from document import BODY, Document, read_document, read_text  # noqa: E402
from evaluate import (TooManyChoices, check_expansion, edit_distance, evaluate, expansion_in,  # noqa: E402
                      glob_regex, minimal, rows, stands_for)
from generate import CORE, DocumentMaker, Source, make_query  # noqa: E402
from query import QueryError, parse, quote  # noqa: E402
from realtext import Library, Sampler, quick_words  # noqa: E402
from shrink import Shrinker  # noqa: E402
from stem import stem_of  # noqa: E402
from tree import (ANY_RUN, Alternatives, And, AnyWord, ExtensionFilter, Fuzzy, Gap, Near, Node, Not, Or,  # noqa: E402
                  PathFilter, Pattern, Phrase, Since, Stem, Title, Unordered, Until, Word, show)
from words import is_long, tokenize, words_of  # noqa: E402

DAY = date(2022, 11, 5)
HERE = Path(__file__).parent


def phrase(text: str) -> Phrase:
    return Phrase(tuple(Word(word) for word in text.split()))


def spans(text: str, body: str, path: str = "a.txt") -> list[str] | None:
    """The words of each counted span, joined; None when the document does not match."""
    document = read_document(path, body, DAY)
    answer = evaluate(parse(text), document)
    if not answer.matched:
        return None
    zone = {position: word for zone in document.zones for position, word in enumerate(zone.words, zone.first)}
    return [" ".join(zone[at] for at in range(start, end + 1)) for start, end in answer.spans]


def ranges(text: str, body: str) -> list[tuple[int, int]]:
    """Counted spans as word numbers from 0."""
    answer = evaluate(parse(text), read_text("a.txt", body, DAY))
    return [(start - BODY, end - BODY) for start, end in answer.spans]


def matches(text: str, body: str, path: str = "a.txt", day: date = DAY) -> bool:
    return evaluate(parse(text), read_document(path, body, day)).matched


class WordsTest(unittest.TestCase):
    """The section "Words"."""

    def check(self, text: str, *expected: str) -> None:
        self.assertEqual(words_of(text), list(expected))

    def test_everything_else_separates(self) -> None:
        self.check("Milley’s", "milley", "s")
        self.check("l'homme", "l", "homme")
        self.check("e-mail don't U.S. 1,000 snake_case", "e", "mail", "don", "t", "u", "s", "1", "000", "snake", "case")
        self.check("a\0b\x07c", "a", "b", "c")
        self.check("don\u02bct o\u02bbzbek d´accord", "don", "t", "o", "zbek", "d", "accord")

    def test_case_and_compatibility(self) -> None:
        self.check("km² ﬁne Straße ΣΊΣΥΦΟΣ Ⅳ ™", "km2", "fine", "strasse", "σισυφοσ", "iv", "tm")
        self.check("½", "1", "2")
        self.check("ＡＢ　Ｃ", "ab", "c")

    def test_marks_by_script(self) -> None:
        self.check("é e\u0301 ё שָׁ مُ", "e", "e", "е", "ש", "م")
        self.check("हिन्दी", "हिन्दी")
        self.check("1\ufe0f\u20e3 १\u0301", "1", "१\u0301")
        self.check("가\u1100\u1161", "가가")
        self.check("\u0301a ≠b 'ா c", "a", "b", "c")

    def test_plain_letters(self) -> None:
        self.check("ØŁĐĦŦ ı İ Æ Œ ǿ", "oldht", "i", "i", "ae", "oe", "o")

    def test_vanishing_and_separating_characters(self) -> None:
        self.check("so\u00adft a\u200db a\u200cb a\ufe0fb \ufeffa", "soft", "ab", "ab", "ab", "a")
        self.check("a\u200bb", "a", "b")
        self.check("a\u2028b", "a", "b")

    def test_letters_that_stand_alone(self) -> None:
        self.check("漢字x1カタ", "漢", "字", "x1", "カ", "タ")
        self.check("ガ か\u3099 ー 々", "ガ", "が", "ー", "々")
        self.check("ที่", "ที่")
        self.check("ไทย๑๒", "ไ", "ท", "ย", "๑๒")
        self.check("한국어", "한국어")

    def test_long_words(self) -> None:
        self.assertFalse(is_long("x" * 64))
        self.assertTrue(is_long("x" * 65))
        self.assertTrue(is_long("я" * 33))

    def test_places(self) -> None:
        tokens = tokenize("Été,\r\n é\u0301tat x")
        found = [(token.word, token.start, token.end, token.line, token.column) for token in tokens]
        self.assertEqual(found, [("ete", 0, 5, 1, 1), ("etat", 9, 16, 2, 2), ("x", 17, 18, 2, 10)])

    def test_mark_bytes_belong_to_the_word(self) -> None:
        self.assertEqual([(token.start, token.end) for token in tokenize("e\u0301 b\u00ad.")], [(0, 3), (4, 5)])

    def test_quick_words_are_words(self) -> None:
        rng = random.Random(5)
        for source in DocumentMaker(rng, True).documents(60):
            self.assertEqual(list(quick_words(source.text)), words_of(source.text))


class SentenceTest(unittest.TestCase):
    """Sentence and paragraph ends."""

    def sentences(self, text: str, *expected: str) -> None:
        self.groups([(token.sentence, token.word) for token in tokenize(text)], expected)

    def groups(self, pairs: list[tuple[int, str]], expected: tuple[str, ...]) -> None:
        found = [" ".join(word for _, word in group) for _, group in itertools.groupby(pairs, key=lambda pair: pair[0])]
        self.assertEqual(found, list(expected))

    def test_stops(self) -> None:
        self.sentences("One two. Three! Four? Five… six", "one two", "three", "four", "five", "six")
        self.sentences("He said “yes.” Then (no!) Fin.", "he said yes", "then no", "fin")
        self.sentences("Is 3.5 a no.go x.y", "is 3 5 a no go x y")
        self.sentences("क।ख। ग", "क ख", "ग")

    def test_cjk_stops_need_no_space(self) -> None:
        self.sentences("漢。字！", "漢", "字")

    def test_abbreviations_and_initials(self) -> None:
        self.sentences("Mr. J. Smith, e.g. at 5 p.m. today etc. but not so. End",
                       "mr j smith e g at 5 p m today etc but not so", "end")
        self.sentences("Died (d. 1831) or etc... So Joe’s. End", "died d 1831 or etc", "so joe s", "end")
        self.sentences("漢. 字", "漢", "字")
        self.sentences("Ask Dr.? Yes", "ask dr", "yes")
        self.sentences("See no. 5. Oh no. So", "see no 5", "oh no", "so")
        self.sentences("We don't. They do", "we don t", "they do")

    def test_paragraphs(self) -> None:
        tokens = tokenize("a\nb\n\nc\r\n \t\r\nd\n.\ne")
        self.groups([(token.paragraph, token.word) for token in tokens], ("a b", "c", "d e"))
        self.groups([(token.sentence, token.word) for token in tokens], ("a b", "c", "d", "e"))

    def test_blocks(self) -> None:
        self.assertEqual([token.paragraph for token in tokenize("a b", [1])], [0, 1])


class ParserTest(unittest.TestCase):
    """The table of queries and the rules below it."""

    def reads(self, text: str, expected: Node) -> None:
        self.assertEqual(parse(text), expected, text)
        self.assertEqual(parse(show(expected)), expected, show(expected))

    def refuses(self, text: str, code: int, column: int | None = None) -> None:
        with self.assertRaises(QueryError, msg=text) as caught:
            parse(text)
        self.assertEqual(caught.exception.code, code, text)
        if column is not None:
            self.assertEqual(caught.exception.column, column, text)

    def test_words_and_phrases(self) -> None:
        self.reads("seize moment", And((phrase("seize"), phrase("moment"))))
        self.reads('"seize the moment"', phrase("seize the moment"))
        self.reads("e-mail", phrase("e mail"))
        self.reads("U.S.", phrase("u s"))
        self.reads("foo:bar", phrase("foo bar"))
        self.reads("and near or", And((phrase("and"), phrase("near"), phrase("or"))))

    def test_items(self) -> None:
        self.reads('"bargaining table"~3', Unordered((Word("bargaining"), Word("table")), 3))
        self.reads('"a * b"', Phrase((Word("a"), AnyWord(), Word("b"))))
        self.reads('"a ... b"', Phrase((Word("a"), Gap(16), Word("b"))))
        self.reads('"a.....b"', Phrase((Word("a"), Gap(16), Word("b"))))
        self.reads('"a …5 b"', Phrase((Word("a"), Gap(5), Word("b"))))
        self.reads('"... a b …"', phrase("a b"))
        self.reads('"a.. b"', phrase("a b"))
        alternatives = Alternatives(((Word("peace"),), (Word("ceasefire"), Word("or"), Word("truce"))))
        self.reads('"(peace|ceasefire or truce) talks"', Phrase((alternatives, Word("talks"))))
        self.reads("negotiat*", Phrase((Pattern("negotiat" + ANY_RUN),)))
        self.reads('"the Negotiat* of"', Phrase((Word("the"), Pattern("negotiat" + ANY_RUN), Word("of"))))
        self.reads("zelensky~1", Phrase((Fuzzy("zelensky", 1),)))
        self.reads('"mr Zelensky~2"', Phrase((Word("mr"), Fuzzy("zelensky", 2))))
        self.reads('~negotiate "to ~talk"', And((Phrase((Stem("negotiate"),)), Phrase((Word("to"), Stem("talk"))))))

    def test_punctuation_in_quotes(self) -> None:
        self.reads('"who? (me) a"', phrase("who me a"))
        self.refuses('"who a|b"', 401)
        self.reads(r'"a \* b\? c \| d \~e \\ f \... g \… h \" i"', phrase("a b c d e f g h i"))
        self.reads(r'"a \.\.\. b \....... c"', phrase("a b c"))

    def test_quotes(self) -> None:
        for text in ("“a b”", "„a b“", "„a b”", "«a b»", "‘a b’"):
            self.reads(text, phrase("a b"))
        self.reads("‘don’t go’", phrase("don t go"))
        self.reads('“a "b" c”', phrase("a b c"))
        self.reads('~"(a|b) c"', Phrase((Alternatives(((Stem("a"),), (Stem("b"),))), Stem("c"))))
        self.reads('title:“a b” -"c d"', And((Title(phrase("a b")), Not(phrase("c d")))))
        self.refuses('"a b', 401)
        self.refuses("“a b\"", 401)

    def test_odd_input(self) -> None:
        for text in ("|", "a | b", "a|b", "a && b", 'don"t', '6"2', '"a b"c', '"a b""c d"', '"a"(b)', "word~", "word~1x",
                     "(a)~2", '"a"~', ',~"a"', '"a|b"', "a AND - b", "a - OR b", "NOT .", "a NEAR , b", '"" a', "~a*"):
            self.refuses(text, 401)
        a, b = phrase("a"), phrase("b")
        self.reads(". a , b !", And((a, b)))
        self.reads('"a", "b".', And((a, b)))
        self.reads(r"a\|b a\"b", And((phrase("a b"), phrase("a b"))))
        self.reads("title:NEAR", Title(phrase("near")))
        self.reads("a\u00ad~1", Phrase((Fuzzy("a", 1),)))

    def test_binding(self) -> None:
        a, b, c, d = map(phrase, "abcd")
        self.reads("a b OR c d", Or((And((a, b)), And((c, d)))))
        self.reads("a NOT b", And((a, Not(b))))
        self.reads("-a NEAR b", Not(Near("NEAR", 10, a, b)))
        self.reads("a NEAR/2 b BEFORE/3 c", Near("BEFORE", 3, Near("NEAR", 2, a, b), c))
        self.reads("a NEAR b c AND d", And((Near("NEAR", 10, a, b), c, d)))
        self.reads("a NEAR (b OR c)", Near("NEAR", 10, a, Or((b, c))))
        self.reads("a SENTENCE b NOTNEAR c", Near("NOTNEAR", 10, Near("SENTENCE", 0, a, b), c))
        self.reads("title:a BEFORE b", Near("BEFORE", 10, Title(a), b))
        self.reads("title:(a OR b) NEAR c PARAGRAPH d",
                   Near("PARAGRAPH", 0, Near("NEAR", 10, Title(Or((a, b))), c), d))

    def test_minus(self) -> None:
        a, b = phrase("a"), phrase("b")
        self.reads("a -b", And((a, Not(b))))
        self.reads("a-b", phrase("a b"))
        self.reads("a - b", And((a, b)))
        self.reads("(-a) b", And((Not(a), b)))
        self.reads("-(a OR b)", Not(Or((a, b))))

    def test_filters(self) -> None:
        self.reads('path:"with spaces" ext:md since:2022-11-01 until:2022-11-30 a',
                   And((PathFilter("with spaces"), ExtensionFilter("md"), Since(date(2022, 11, 1)),
                        Until(date(2022, 11, 30)), phrase("a"))))
        self.refuses("since:2022-02-30", 401)
        self.refuses("path:a[", 401)
        self.refuses("path:[!]", 401)
        self.assertEqual(parse("path:[]a]\\["), PathFilter("[]a]\\["))

    def test_refused(self) -> None:
        for text in ("a near/5 b", "a NEAR (b c)", "a NEAR NOT b", "a NEAR ext:md", "a NEAR -b", "*", "...", "- !",
                     '""', "NOT", "OR a", "a OR OR b", "(a", "a)", "NEAR/x", "a ADJ/3 b", '"a * b"~2', '"(a|) b"',
                     "a BEFORE"):
            self.refuses(text, 401)
        self.refuses("a AND", 401, 6)
        self.refuses("é AND", 401, 7)
        self.refuses("a near/5 b", 401, 3)

    def test_limits(self) -> None:
        self.refuses("a NEAR/1001 b", 422, 3)
        self.refuses('"a ...101 b"', 422)
        self.refuses("word~3", 422)
        self.refuses('"a b"~1001', 422)
        self.refuses("(" * 33 + "a" + ")" * 33, 422)
        self.refuses("a" * 8193, 422)
        parse("(" * 32 + "a" + ")" * 32)
        parse("a" * 8192)
        parse('a NEAR/1000 "b ...100 c"')

    def test_expansion_limit(self) -> None:
        tree = parse("v*")
        check_expansion(tree, expansion_in([f"v{number}" for number in range(1024)]))
        with self.assertRaises(QueryError) as caught:
            check_expansion(tree, expansion_in([f"v{number}" for number in range(1025)]))
        self.assertEqual(caught.exception.code, 422)

    def test_copied_text_finds_itself(self) -> None:
        rng = random.Random(11)
        alphabet = 'ab é漢1 "“”‘’*?|~\\….()-\n:'
        for _ in range(3000):
            text = "".join(rng.choice(alphabet) for _ in range(rng.randint(1, 14)))
            words = words_of(text)
            if words:
                self.assertEqual(parse(quote(text)), Phrase(tuple(map(Word, words))), text)


class MatchTest(unittest.TestCase):
    """Which spans match, and what is counted."""

    def test_contract_examples(self) -> None:
        self.assertEqual(spans('"a ... b" BEFORE/0 c', "a b b c"), ["a b b c"])
        self.assertEqual(ranges('"a a"', "a a a"), [(0, 1), (1, 2)])
        self.assertEqual(spans("milley", "Milley’s plan"), ["milley"])
        self.assertEqual(spans("don't", "they don’t"), ["don t"])
        self.assertEqual(spans("1,000", "1 000"), ["1 000"])

    def test_phrases(self) -> None:
        self.assertIsNone(spans('"to be or not to be"', "to be or not to"))
        self.assertEqual(ranges('"a b"', "a b\n\na b. a, b"), [(0, 1), (2, 3), (4, 5)])
        self.assertEqual(ranges('"a * b"', "a b a x b a x x b"), [(2, 4)])
        self.assertEqual(ranges('"a ...1 b"', "a b a x b a x x b"), [(0, 1), (2, 4)])
        self.assertEqual(ranges('"a ...0 b"', "a b a x b"), [(0, 1)])
        self.assertIsNone(spans('"a ... b"', "a " + "x " * 17 + "b"))
        self.assertEqual(len(spans('"a ... b"', "a " + "x " * 16 + "b") or []), 1)
        self.assertEqual(ranges('"(a|a x) b"', "a b a x b"), [(0, 1), (2, 4)])
        self.assertEqual(ranges('"a *"', "x a b a"), [(1, 2)])

    def test_words_under_stars_are_free(self) -> None:
        self.assertEqual(ranges('"a * b" NEAR/0 c', "a c b"), [(0, 2)])
        self.assertEqual(ranges('"a ... b" NEAR/0 c', "a c b"), [(0, 2)])
        self.assertIsNone(spans('"a c b" NEAR/0 c', "a c b"))

    def test_near(self) -> None:
        self.assertEqual(ranges("a NEAR/1 b", "a x b"), [(0, 2)])
        self.assertIsNone(spans("a NEAR/0 b", "a x b"))
        self.assertEqual(ranges("a NEAR/0 b", "b a"), [(0, 1)])
        self.assertIsNone(spans("a NEAR a", "a b"))
        self.assertEqual(ranges("a NEAR a", "a b a"), [(0, 2)])
        self.assertIsNone(spans("a NEAR b NEAR a", "a b"))
        self.assertEqual(ranges('"a b" NEAR/0 "c d"', "a b c d"), [(0, 3)])
        self.assertEqual(len(spans("a NEAR b", "a " + "x " * 10 + "b") or []), 1)
        self.assertIsNone(spans("a NEAR b", "a " + "x " * 11 + "b"))

    def test_interleaving(self) -> None:
        self.assertEqual(ranges('"a ... b" NEAR/0 "c ... d"', "a c b d"), [(0, 3)])
        self.assertIsNone(spans('"a ... b" BEFORE "c ... d"', "a c b d"))

    def test_before(self) -> None:
        self.assertEqual(ranges("a BEFORE/1 b", "b a x b"), [(1, 3)])
        self.assertIsNone(spans("a BEFORE b", "b a"))
        self.assertEqual(ranges("a BEFORE a", "a a a"), [(0, 1), (1, 2)])

    def test_chains_measure_from_the_span_so_far(self) -> None:
        self.assertEqual(ranges("a NEAR/5 b NEAR/0 c", "c a x b"), [(0, 3)])
        self.assertIsNone(spans("a BEFORE/5 b BEFORE/0 c", "a c b"))

    def test_minimal_spans(self) -> None:
        self.assertEqual(ranges("a NEAR b", "a b x a"), [(0, 1), (1, 3)])
        self.assertEqual(ranges("a NEAR b", "a b a"), [(0, 1), (1, 2)])
        self.assertEqual(minimal([(0, 5), (1, 2), (1, 4), (3, 5), (2, 2)]), [(2, 2), (3, 5)])

    def test_unordered(self) -> None:
        self.assertEqual(ranges('"a b c"~1', "c x b a"), [(0, 3)])
        self.assertIsNone(spans('"a b c"~1', "c x b x a"))
        self.assertIsNone(spans('"a a b"~3', "a b"))
        self.assertEqual(ranges('"a a b"~0', "a b a"), [(0, 2)])

    def test_notnear(self) -> None:
        self.assertEqual(ranges("a NOTNEAR/1 b", "a x b x x a"), [(5, 5)])
        self.assertEqual(ranges("a NOTNEAR b", "a x"), [(0, 0)])
        self.assertIsNone(spans("a NOTNEAR/0 b", "b a"))
        self.assertEqual(ranges('"a b" NOTNEAR b', "a b"), [(0, 1)])
        self.assertIsNone(spans("a NOTNEAR a", "a a"))

    def test_sentence_and_paragraph(self) -> None:
        self.assertEqual(spans("aa SENTENCE bb", "aa xx. Bb yy aa! Bb"), ["bb yy aa"])
        self.assertIsNone(spans("aa SENTENCE bb", "aa.\n\nbb"))
        self.assertEqual(spans("aa PARAGRAPH bb", "aa. bb"), ["aa bb"])
        self.assertIsNone(spans("aa PARAGRAPH bb", "aa\n\nbb"))
        self.assertIsNone(spans('"aa bb" SENTENCE cc', "aa. bb cc"))
        self.assertIsNone(spans("aa SENTENCE aa", "aa xx. yy aa"))

    def test_boolean_counts(self) -> None:
        self.assertEqual(ranges('"a b" a', "a b a"), [(0, 0), (0, 1), (2, 2)])
        self.assertEqual(ranges("a OR a", "a a"), [(0, 0), (1, 1)])
        self.assertEqual(ranges("b OR (a NOT c)", "a b c"), [(1, 1)])
        self.assertEqual(spans("NOT x", "a b"), [])
        self.assertIsNone(spans("a -b", "a b"))
        self.assertEqual(ranges("a OR NOT b", "a c"), [(0, 0)])
        self.assertEqual(ranges('(a OR "a b") NEAR/0 c', "a b c"), [(0, 2)])

    def test_word_operators(self) -> None:
        self.assertEqual(spans("negotiat*", "negotiate negotiations go"), ["negotiate", "negotiations"])
        self.assertEqual(spans("w?nter", "winter wnter"), ["winter"])
        self.assertEqual(spans("*wise", "wise otherwise wiser"), ["wise", "otherwise"])
        self.assertEqual(spans("zelensky~1", "Zelenskyy zelenskiy zelenskiyy"), ["zelenskyy", "zelenskiy"])
        self.assertEqual(spans("~negotiate", "negotiated negotiating negate"), ["negotiated", "negotiating"])

    def test_long_words_match_only_themselves(self) -> None:
        long = "x" * 65
        self.assertEqual(spans(long, long), [long])
        for text in ("x*", long + "~1", "~" + long, long[:-1] + "?"):
            self.assertIsNone(spans(text, long), text)
        self.assertEqual(spans("~" + long[:64], long[:64]), [long[:64]])
        self.assertIsNotNone(spans('"a * b"', f"a {long} b"))
        self.assertFalse(stands_for(Word(long), "x" * 66))

    def test_edit_distance(self) -> None:
        self.assertEqual(edit_distance("kitten", "sitting"), 3)
        self.assertEqual(edit_distance("ab", "ba"), 2)


class DocumentTest(unittest.TestCase):
    """Titles, filters and rows."""

    FRONT = "---\ntitle: Ash Bay\ndate: 2022-11-20\n---\n\ncod dew\n"
    HEADING = "intro\n\n# Ash bay\n\ncod ash\n"

    def test_title_of_front_matter(self) -> None:
        self.assertEqual(spans("ash", self.FRONT, "a.md"), ["ash"])
        self.assertEqual(spans("title:ash", self.FRONT, "a.md"), ["ash"])
        self.assertIsNone(spans("title:cod", self.FRONT, "a.md"))
        self.assertIsNone(spans('"bay cod"', self.FRONT, "a.md"))
        self.assertIsNone(spans("bay NEAR/1000 cod", self.FRONT, "a.md"))
        self.assertEqual(spans("bay cod", self.FRONT, "a.md"), ["bay", "cod"])
        self.assertIsNone(spans("date", self.FRONT, "a.md"))
        self.assertIsNone(spans('"bay *"', self.FRONT, "a.md"))

    def test_title_of_heading(self) -> None:
        self.assertEqual(spans("ash", self.HEADING, "a.md"), ["ash", "ash"])
        self.assertEqual(spans("title:ash", self.HEADING, "a.md"), ["ash"])
        self.assertEqual(spans('"bay cod"', self.HEADING, "a.md"), ["bay cod"])
        self.assertEqual(spans("title:bay NEAR/0 cod", self.HEADING, "a.md"), ["bay cod"])
        self.assertIsNone(spans("title:(bay NEAR/0 cod)", self.HEADING, "a.md"))
        self.assertIsNone(spans('title:"bay *"', self.HEADING, "a.md"))
        self.assertEqual(spans("title:(ash NOT cod)", self.HEADING, "a.md"), ["ash"])

    def test_title_without_a_place_is_one_sentence(self) -> None:
        self.assertEqual(spans("ash SENTENCE bay", self.FRONT.replace("Ash Bay", "Ash? Bay"), "a.md"), ["ash bay"])
        self.assertIsNone(spans("ash SENTENCE bay", self.HEADING.replace("Ash bay", "Ash? Bay"), "a.md"))
        self.assertIsNone(spans("bay PARAGRAPH cod", self.FRONT, "a.md"))

    def test_text_has_no_title(self) -> None:
        self.assertIsNone(spans("title:ash", "ash"))

    def rows(self, text: str, body: str, path: str) -> list[tuple[int, int]]:
        document = read_document(path, body, DAY)
        return rows(evaluate(parse(text), document), document)

    def test_rows(self) -> None:
        self.assertEqual(self.rows("a", "\ufeffa\n é a", "x.txt"), [(1, 1), (2, 5)])
        self.assertEqual(self.rows("NOT b", "\n a", "x.txt"), [(1, 1)])
        self.assertEqual(self.rows("bay OR dew", self.FRONT, "a.md"), [(1, 1), (6, 5)])
        self.assertEqual(self.rows("ash", self.HEADING, "a.md"), [(3, 3), (5, 5)])

    def test_dates(self) -> None:
        self.assertTrue(matches("since:2022-11-05 until:2022-11-05", "a"))
        self.assertFalse(matches("since:2022-11-06", "a"))
        self.assertTrue(matches("since:2022-11-20", self.FRONT, "a.md"))

    def test_paths(self) -> None:
        def fits(glob: str, path: str) -> bool:
            return glob_regex(glob).fullmatch(path) is not None

        self.assertTrue(fits("docs", "docs/a/b.txt"))
        self.assertTrue(fits("docs/*.txt", "docs/b.txt"))
        self.assertFalse(fits("docs/*.txt", "docs/a/b.txt"))
        self.assertTrue(fits("docs/**.txt", "docs/a/b.txt"))
        self.assertFalse(fits("b.txt", "docs/b.txt"))
        self.assertFalse(fits("Docs", "docs/b.txt"))
        self.assertFalse(fits("doc", "docs/b.txt"))
        self.assertTrue(fits("*/a/", "docs/a/b.txt"))
        self.assertFalse(fits("docs/*", "docs/a/b.txt"))
        self.assertFalse(fits("docs/?", "docs/a/b.txt"))
        self.assertTrue(fits("docs/**/b.txt", "docs/b.txt"))
        self.assertTrue(fits("**/[ab].txt", "docs/x/b.txt"))
        self.assertFalse(fits("**/[!ab].txt", "docs/x/b.txt"))
        self.assertTrue(matches("ext:md", "a", "x.md"))
        self.assertFalse(matches("ext:md", "a", "x.txt"))

    def test_empty_document(self) -> None:
        self.assertTrue(matches("NOT a", ""))
        self.assertFalse(matches("a", ""))


class StemTest(unittest.TestCase):
    """A few words whose stems are published with the algorithm."""

    def test_stems(self) -> None:
        expected = {"caresses": "caress", "ties": "tie", "cries": "cri", "gas": "gas", "gaps": "gap", "agreed": "agre",
                    "luxuriated": "luxuri", "hopping": "hop", "hoping": "hope", "by": "by", "say": "say",
                    "relational": "relat", "consistency": "consist", "knightly": "knight", "generously": "generous",
                    "skies": "sky", "news": "news", "exceed": "exceed", "consigned": "consign", "knots": "knot"}
        self.assertEqual({word: stem_of(word) for word in expected}, expected)


def literal_choices(node: Node, body: list[str]) -> Iterator[tuple[tuple[int, ...], int, int]]:
    """Choices by brute force: every assignment of positions is tried. For words, phrases, OR, NEAR and kin."""
    if isinstance(node, (Phrase, Unordered)):
        for taken in itertools.product(range(len(body)), repeat=len(node.items)):
            words_fit = all(isinstance(item, Word) and body[at] == item.text for at, item in zip(taken, node.items))
            length = max(taken) - min(taken) + 1
            if isinstance(node, Phrase):
                fits = all(after == before + 1 for before, after in zip(taken, taken[1:]))
            else:
                fits = len(set(taken)) == len(taken) and length - len(taken) <= node.distance
            if words_fit and fits:
                yield taken, min(taken), max(taken)
    elif isinstance(node, Or):
        for child in node.children:
            yield from literal_choices(child, body)
    elif isinstance(node, Near):
        right = list(literal_choices(node.right, body))
        for one in literal_choices(node.left, body):
            yield from literal_pairs(node, one, [two for two in right if not set(one[0]) & set(two[0])])


def literal_pairs(node: Near, one: tuple, others: list[tuple]) -> Iterator[tuple[tuple[int, ...], int, int]]:
    def words_between(two: tuple) -> int:
        inside = set(range(one[1], one[2] + 1)) | set(range(two[1], two[2] + 1))
        hull = range(min(one[1], two[1]), max(one[2], two[2]) + 1)
        return len([at for at in hull if at not in inside])

    if node.operator == "NOTNEAR":
        if all(words_between(two) > node.distance for two in others):
            yield one
        return
    for two in others:
        ordered = node.operator == "NEAR" or one[2] < two[1]
        if ordered and words_between(two) <= node.distance:
            yield one[0] + two[0], min(one[1], two[1]), max(one[2], two[2])


def literal_minimal(found: set[tuple[int, int]]) -> list[tuple[int, int]]:
    def inside(small: tuple[int, int], large: tuple[int, int]) -> bool:
        return small != large and large[0] <= small[0] and small[1] <= large[1]

    return sorted(span for span in found if not any(inside(other, span) for other in found))


def random_positional(rng: random.Random, depth: int) -> Node:
    kind = rng.choice(["word", "phrase", "unordered"]) if depth == 0 else rng.choice(["near"] * 5 + ["or", "word"])
    if kind == "near":
        operator = rng.choice(["NEAR", "BEFORE", "NOTNEAR"])
        return Near(operator, rng.randint(0, 3), random_positional(rng, depth - 1), random_positional(rng, depth - 1))
    if kind == "or":
        return Or((random_positional(rng, depth - 1), random_positional(rng, depth - 1)))
    words = tuple(Word(rng.choice("ab")) for _ in range(1 if kind == "word" else rng.randint(2, 3)))
    return Unordered(words, rng.randint(0, 2)) if kind == "unordered" else Phrase(words)


class BruteForceTest(unittest.TestCase):
    """The evaluator's shortcuts lose nothing."""

    def test_against_all_assignments(self) -> None:
        rng = random.Random(3)
        for _ in range(1500):
            body = [rng.choice("abc") for _ in range(rng.randint(0, 8))]
            node = random_positional(rng, rng.randint(0, 2))
            if isinstance(node, Or):
                continue
            found = {(start, end) for _, start, end in literal_choices(node, body)}
            answer = evaluate(node, Document("a.txt", body, sentence_starts=[BODY], paragraph_starts=[BODY]))
            got = [(start - BODY, end - BODY) for start, end in answer.spans]
            self.assertEqual(got, literal_minimal(found), (show(node), body))

    def test_laws(self) -> None:
        rng = random.Random(4)
        for _ in range(300):
            body = " ".join(rng.choice(CORE[:4]) for _ in range(rng.randint(0, 25)))
            one, two, distance = rng.choice(CORE[:4]), rng.choice(CORE[:4]), rng.randint(0, 4)
            chain = [f'"{one} {two}"', f"{one} BEFORE/{distance} {two}", f"{one} NEAR/{distance} {two}",
                     f"{one} NEAR/{distance + 1} {two}", f"{one} {two}"]
            found = [matches(text, body) for text in chain]
            self.assertEqual(found, sorted(found), (chain, body))

    def test_budget(self) -> None:
        node = parse("a NEAR a NEAR a")
        with self.assertRaises(TooManyChoices):
            evaluate(node, read_text("a.txt", "a " * 100, DAY), budget=1000)


class GeneratorTest(unittest.TestCase):
    """The same seed gives the same cases; make_query itself checks that spelling and parser agree."""

    def test_seeds(self) -> None:
        for full in (False, True):
            self.assertEqual(self.cases(7, full), self.cases(7, full))
            self.assertNotEqual(self.cases(7, full), self.cases(8, full))

    def cases(self, seed: int, full: bool) -> tuple[list[Source], list[str]]:
        rng = random.Random(seed)
        sources = DocumentMaker(rng, full).documents(5)
        bodies = [list(read_document(source.path, source.text, source.day).body) for source in sources]
        return sources, [make_query(rng, full, bodies) for _ in range(100)]

    def test_shown_trees_read_back(self) -> None:
        _, texts = self.cases(9, True)
        for text in texts:
            try:
                tree = parse(text)
            except QueryError:
                continue
            self.assertEqual(parse(show(tree)), tree, text)


class LibraryTest(unittest.TestCase):
    """The shortcuts for real text lose nothing."""

    def test_same_answers(self) -> None:
        rng = random.Random(6)
        sources = [source for source in DocumentMaker(rng, True).documents(60) if source.path.endswith(".txt")]
        with tempfile.TemporaryDirectory() as folder:
            for source in sources:
                path = Path(folder) / source.path.removeprefix("docs/")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(source.text.encode())
            library = Library(Path(folder), 1000)
            documents = [library.full(number) for number in library.order]
            sampler = Sampler(rng, library, True)
            for text in [sampler.query() for _ in range(150)]:
                expected = expect(text, documents, all_words(documents))
                self.assertEqual(expect_in_library(library, text), expected, text)
                self.assertEqual(expected.code, 0, text)


class ShrinkTest(unittest.TestCase):
    """The shrinker finds small cases, alone and with the programs."""

    def test_shrinks(self) -> None:
        sources = [Source(f"docs/{name}.txt", "ash bay cod dew\n\nelm bay", DAY) for name in "abc"]

        def fails(some: list[Source], text: str) -> bool:
            return any("elm" in source.text for source in some) and "BEFORE" in text

        found, text = Shrinker(fails).shrink(sources, '(ash BEFORE/10 "bay cod" NEAR dew) elm')
        self.assertEqual([source.text for source in found], ["elm"])
        self.assertEqual(text, '"ash" BEFORE/0 "cod"')

    def differential(self, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
        stand_in = str(HERE / "stand_in.py")
        command = [sys.executable, str(HERE / "differential.py"), "--indexer", stand_in, "--queryd", stand_in, *options]
        return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})

    def test_differential_agrees_with_itself(self) -> None:
        done = self.differential("--cases", "40", "--docs", "8", "--segment-docs", "3", "--churn")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_differential_finds_and_shrinks_a_mistake(self) -> None:
        done = self.differential("--cases", "60", "--docs", "8", "--subset", "slice", STAND_IN_MISTAKE="operand")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("BEFORE", done.stdout)
        self.assertIn("expected  docs=", done.stdout)


if __name__ == "__main__":
    unittest.main()

/* test_token.c - lib/token and lib/sentence: words and their places in many scripts, long words, ends of sentences and
 * paragraphs. Random text is in test_token_random.c. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/sentence.h"
#include "lib/token.h"
#include "lib/utf8.h"

/* --- helpers --- */

/* The text of all words with their breaks, in order: "|" for none, "/" for a sentence, "#" for a paragraph. */
static char *words_of(const char *text, size_t len, const struct token_options *options)
{
    struct tokenizer *tokenizer = tokenizer_new();
    struct token token;
    char *out = malloc(len * (TOKEN_BYTES_MAX + 1) + 1), *copy = malloc(len + 1);
    assert_true(tokenizer != NULL && out != NULL && copy != NULL);
    memcpy(copy, text, len);
    copy = realloc(copy, len > 0 ? len : 1); /* nothing behind it, for the sanitizers */
    size_t out_len = 0;
    tokenizer_begin(tokenizer, copy, len, options);
    for (size_t i = 0; tokenizer_next(tokenizer, &token); i++) {
        if (i > 0)
            out[out_len++] = "|/#"[token.brk];
        memcpy(out + out_len, token.word, token.word_len);
        out_len += token.word_len;
    }
    assert_false(tokenizer_next(tokenizer, &token));
    out[out_len] = '\0';
    tokenizer_free(tokenizer);
    free(copy);
    return out;
}

static void expect_with(const char *text, const char *expected, const struct token_options *options)
{
    char *words = words_of(text, strlen(text), options);
    assert_string_equal(words, expected);
    free(words);
}

static void expect(const char *text, const char *expected)
{
    expect_with(text, expected, NULL);
}

/* Each word as start-end. */
static void expect_places(const char *text, const char *expected)
{
    struct tokenizer *tokenizer = tokenizer_new();
    struct token token;
    char places[256];
    size_t len = 0;
    tokenizer_begin(tokenizer, text, strlen(text), NULL);
    places[0] = '\0';
    while (tokenizer_next(tokenizer, &token))
        len += (size_t)snprintf(places + len, sizeof places - len, "%s%zu-%zu", len > 0 ? " " : "", token.start,
                                token.end);
    assert_string_equal(places, expected);
    tokenizer_free(tokenizer);
}

/* --- Latin, Greek, Cyrillic, Hebrew, Arabic --- */

static void test_ascii(void **state)
{
    (void)state;
    expect("", "");
    expect(" \t\n-_.,;:!", "");
    expect("Hello", "hello");
    expect("The year 2022, and x1y", "the|year|2022|and|x1y");
    expect("snake_case a-b a.b", "snake|case|a|b|a|b");
    expect("1,000 3.14", "1|000|3|14");
    expect("U.S. U.S.A.", "u|s|u|s|a");
    expect("a\001b\002c\177d", "a|b|c|d");
    char *words = words_of("a\0b", 3, NULL);
    assert_string_equal(words, "a|b");
    free(words);
}

static void test_apostrophes(void **state)
{
    (void)state;
    static const char *const apostrophes[] = {"'", "’", "‘", "‛",  "ʼ",  "ʻ", "ʽ", "ʹ", "´", "`", "＇", "′", "՚", "׳",
                                              "ꞌ", "᾽", "΄", "＂", "\"", "”", "“", "«", "»", "ʾ", "ʿ",  "״", "″"};
    for (size_t i = 0; i < BASE_COUNT(apostrophes); i++) {
        char text[32];
        snprintf(text, sizeof text, "Don%sT", apostrophes[i]);
        expect(text, "don|t");
    }
    expect("l'homme Milley’s", "l|homme|milley|s");
}

static void test_hyphens(void **state)
{
    (void)state;
    static const char *const hyphens[] = {"-", "‐", "‑", "‒", "–", "—", "―", "−", "·", "/", "־", "…", "\u200b"};
    for (size_t i = 0; i < BASE_COUNT(hyphens); i++) {
        char text[32];
        snprintf(text, sizeof text, "e%smail", hyphens[i]);
        expect(text, "e|mail");
    }
}

static void test_latin(void **state)
{
    (void)state;
    expect("Café naïve Ångström", "cafe|naive|angstrom");
    expect("Cafe\u0301 nai\u0308ve A\u030angstro\u0308m", "cafe|naive|angstrom");
    expect("Straße STRASSE ẞ", "strasse|strasse|ss");
    expect("İstanbul Iğdır ırmak", "istanbul|igdir|irmak");
    expect("Łódź Đorđe Ħal Ŧ søster Ærø œuvre ǽ", "lodz|dorde|hal|t|soster|aero|oeuvre|ae");
    expect("ﬁn ﬃ ª nº x² km² Ⅷ ＡＢ１", "fin|ffi|a|no|x2|km2|viii|ab1");
    expect("Tiếng Việt Ǖ", "tieng|viet|u");
    expect("Nguyễn Nguye\u0302\u0303n Nguye\u0303\u0302n", "nguyen|nguyen|nguyen");
}

static void test_greek_and_cyrillic(void **state)
{
    (void)state;
    expect("Οδυσσεύς ΟΔΥΣΣΕΎΣ", "οδυσσευσ|οδυσσευσ");
    expect("ᾳ α\u0345 ᾴ", "αι|αι|αι");
    expect("Ёлка Елка Й И\u0306", "елка|елка|и|и");
    expect("п’ять пʼять", "п|ять|п|ять");
}

static void test_hebrew_and_arabic(void **state)
{
    (void)state;
    expect("שָׁלוֹם שלום", "שלום|שלום");
    expect("מֶחָמָד ב־ב", "מחמד|ב|ב");
    expect("مُحَمَّد محمد", "محمد|محمد");
    expect("آب اب ﻼ ١٢٣", "اب|اب|لا|١٢٣");
}

/* --- ignored characters --- */

static void test_ignored(void **state)
{
    (void)state;
    expect("co\u00adop\u00aderate", "cooperate");
    expect("a\u200db a\u200cb a\u2060b a\ufeffb a\ufe0fb", "ab|ab|ab|ab|ab");
    expect("a\u200bb", "a|b");
    expect("\ufeffword\ufeff", "word");
    expect("\u00ad\u200d", "");
    expect("\u00ad \u00ad", "");
    expect("e\u00ad\u0301", "e");
    expect_places("\ufeffwo\u00adrd\u00ad next", "3-9 12-16");
    expect_places("\u00ada\u00ad\u0301\u00ad b", "2-7 10-11");
}

static void test_emoji(void **state)
{
    (void)state;
    expect("👩‍💻 ☺️ a👍🏽b", "a|b");
    expect("1️⃣ #️⃣", "1");
    expect("😀\u0301", "");
}

static void test_lone_marks(void **state)
{
    (void)state;
    expect("\u0301", "");
    expect("\u0301a", "a");
    expect("a \u0301\u0302 b", "a|b");
    expect("\u093f\u3099\u20e3", "");
    expect("¨ ´ ¸ ゛", "");
    expect_places(" \u0301a\u0301\u0302 \u0301", "3-8");
}

/* --- several words from one character --- */

static void test_characters_of_many_words(void **state)
{
    (void)state;
    expect("½", "1|2");
    expect("x½y", "x1|2y");
    expect("a…b", "a|b");
    expect("㍿", "株|式|会|社");
    expect("℃ ™ №5", "c|tm|no5");
    expect_places("x½y", "0-3 1-4");
    expect_places("㍿ a", "0-3 0-3 0-3 0-3 4-5");
    expect("\ufdfa", "صلى|الله|عليه|وسلم");
}

/* --- other scripts --- */

static void test_indic(void **state)
{
    (void)state;
    expect("हिन्दी में", "हिन्दी|में");
    expect("\u0958 \u0915\u093c", "\u0915\u093c|\u0915\u093c"); /* excluded from composition */
    expect("क\u200dष क\u200cष", "कष|कष");
    expect("২০২২ கொ க\u0bc6\u0bbe", "২০২২|கொ|கொ");
    expect_places("हि।", "0-6");
}

static void test_chinese_and_japanese(void **state)
{
    (void)state;
    expect("中文a字b1", "中|文|a|字|b1");
    expect("人々 〆切 二〇二二年 ２０２２年", "人|々|〆|切|二|〇|二|二|年|2022|年");
    expect("が か\u3099 ｶﾞ ﾊﾟ", "が|が|ガ|パ");
    expect("コーヒー ｺｰﾋｰ", "コ|ー|ヒ|ー|コ|ー|ヒ|ー");
    expect("豈 \uf900 ⼀", "豈|豈|一");
    expect("ㄅㄆ", "ㄅㄆ");
    expect("\U00020000\U0002f800", "\U00020000|丽");
    expect_places("か\u3099a", "0-6 6-7");
}

static void test_korean(void **state)
{
    (void)state;
    expect("한국어 사전", "한국어|사전");
    expect("\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국");
    expect("ㅋㅋ a한1", "\u110f\u110f|a한1");
    expect("한\u00ad국 한漢국", "한국|한|漢|국");
}

static void test_south_east_asian(void **state)
{
    (void)state;
    expect("เก็บ ๑๒๓", "เ|ก็|บ|๑๒๓");
    expect("น้ำ กำ", "น\u0e49\u0e4d|า|กํ|า");
    expect("ລາວ", "ລ|າ|ວ");
    expect("ខ្មែរ", "ខ្|មែ|រ");
    expect("မြန်မာ", "မြ|န်|မာ");
    expect("aกb๑", "a|ก|b๑");
}

/* --- long words --- */

static char *repeat(const char *piece, size_t times)
{
    size_t len = strlen(piece);
    char *text = malloc(len * times + 1);
    assert_non_null(text);
    for (size_t i = 0; i < times; i++)
        memcpy(text + i * len, piece, len);
    text[len * times] = '\0';
    return text;
}

static void test_length_limit(void **state)
{
    (void)state;
    char *text = repeat("A", 65), *word = words_of(text, 65, NULL);
    assert_true(token_is_long(word, strlen(word)));
    assert_int_equal(strlen(word), 32 + 1 + 32);
    assert_memory_equal(word, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\003", 33);
    free(word);
    word = words_of(text, 64, NULL);
    assert_int_equal(strlen(word), 64);
    assert_false(token_is_long(word, 64));
    assert_false(token_is_long("a", 1));
    free(word);
    free(text);
    expect_places("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b", "0-76 77-78");
}

/* Hashes are stored, so they must not change. This is 128-bit FNV-1a of 65 times "a". */
static void test_known_hash(void **state)
{
    (void)state;
    char *text = repeat("a", 65);
    expect(text, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\003161826d56cd6e5fba5fb78a0e50bf924");
    free(text);
}

/* Limits count composed bytes: 21 syllables are 63 bytes, though 189 decomposed. */
static void test_length_is_composed(void **state)
{
    (void)state;
    static const char *const syllables[] = {"각", "\u1100\u1161\u11a8"};
    for (size_t i = 0; i < BASE_COUNT(syllables); i++) {
        char *text = repeat(syllables[i], 21), *word = words_of(text, strlen(text), NULL);
        assert_int_equal(strlen(word), 63);
        free(word);
        free(text);
        text = repeat(syllables[i], 22);
        word = words_of(text, strlen(text), NULL);
        assert_true(token_is_long(word, strlen(word)));
        assert_memory_equal(word, "각각각각각각각각각각\003", 31);
        free(word);
        free(text);
    }
}

/* Two forms of the same long word give the same word, at every length around the sizes of buffers. */
static void expect_same_long(const char *one, const char *other, size_t most)
{
    for (size_t n = most; n > 0; n -= n > 700 ? n / 2 : 1) {
        char *text1 = repeat(one, n), *text2 = repeat(other, n);
        char *word1 = words_of(text1, strlen(text1), NULL), *word2 = words_of(text2, strlen(text2), NULL);
        assert_string_equal(word1, word2);
        assert_null(strpbrk(word1, "|/#"));
        assert_int_equal(utf8_invalid_at(word1, strlen(word1)), strlen(word1));
        assert_true(strlen(word1) <= TOKEN_BYTES_MAX);
        free(word1);
        free(word2);
        free(text1);
        free(text2);
    }
}

static void test_long_words_in_both_forms(void **state)
{
    (void)state;
    expect_same_long("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8", 200000);
    expect_same_long("éa", "e\u0301a", 200000);
    expect_same_long("\u0958", "\u0915\u093c", 100000);
    expect_same_long("\u0b4b\u0b3c", "\u0b47\u0b3e\u0b3c", 100000);
    expect_same_long("1\u0931x", "1\u0930\u093cx", 100000);
    expect_same_long("अ\u0301\u0323", "अ\u0323\u0301", 100000); /* canonical order */
    expect_same_long("\U0001109a", "\U00011099\U000110ba", 100000);
}

static void test_long_words_differ(void **state)
{
    (void)state;
    size_t len = 1 << 20;
    char *text = repeat("x", len), *words[4];
    words[0] = words_of(text, len, NULL);
    words[1] = words_of(text, len - 1, NULL);
    text[len - 1] = 'y';
    words[2] = words_of(text, len, NULL);
    text[len - 1] = 'x';
    text[len / 2] = 'y';
    words[3] = words_of(text, len, NULL);
    for (size_t i = 0; i < 4; i++) {
        assert_true(token_is_long(words[i], strlen(words[i])));
        for (size_t j = 0; j < i; j++) {
            assert_memory_equal(words[i], words[j], 33);
            assert_string_not_equal(words[i], words[j]);
        }
    }
    for (size_t i = 0; i < 4; i++)
        free(words[i]);
    free(text);
}

/* One base character with a megabyte of marks. */
static void test_many_marks(void **state)
{
    (void)state;
    enum { SIZE = 2000032 };
    char *marks = repeat("\u0301", 500000), *text = malloc(SIZE);
    assert_non_null(text);
    int len = snprintf(text, SIZE, "e%s अ%s z", marks, marks);
    assert_in_range(len, 1, SIZE - 1);
    char *words = words_of(text, (size_t)len, NULL);
    assert_memory_equal(words, "e|अ", 5);
    assert_string_equal(words + strlen(words) - 2, "|z");
    free(words);
    free(text);
    free(marks);
}

/* --- patterns --- */

static void test_patterns(void **state)
{
    (void)state;
    static const struct token_options options = {.patterns = true};
    expect_with("Negotiat\001 w\002nter \001wise", "negotiat\001|w\002nter|\001wise", &options);
    expect_with("\001", "\001", &options);
    expect_with("É\001 \002é", "e\001|\002e", &options);
    expect_with("\001中\002\002a", "\001|中|\002\002a", &options);
    expect_with("한\001 क\001\u093f", "한\001|क\001\u093f", &options);
    expect_with("a\001", "a\001", &options);
    expect("a\001b", "a|b");
}

/* --- sentences and paragraphs --- */

static void test_sentences(void **state)
{
    (void)state;
    expect("One. Two! Three? Four", "one/two/three/four");
    expect("One.Two 3.14 a!b", "one|two|3|14|a|b");
    expect("One.\nTwo.\r\nThree.\tFour", "one/two/three/four");
    expect("(One.) \"Two.\" ‘Three.’ «Four.» [Five!] „Six?“ x", "one/two/three/four/five/six/x");
    expect("One.”’) Two.)x Three . Four", "one/two|x|three/four");
    expect("wait... what.. x . . y…\u00a0z…w", "wait/what/x/y/z|w");
    expect("Really?! Yes. - No; maybe: (so) – x", "really/yes/no|maybe|so|x");
    expect("Vraiment ? « Oui ! » dit", "vraiment/oui/dit");
    expect("end.\u200f Next", "end/next");
    expect("end. ¿Qué? ¡No! x", "end/que/no/x");
    expect("1. First 2) Second", "1/first|2|second");
}

static void test_stops_of_other_scripts(void **state)
{
    (void)state;
    expect("你好。再見！好？嗎｡是．不", "你|好/再|見/好/嗎/是|不");
    expect("「はい。」と", "は|い/と");
    expect("هل؟ نعم۔ لا", "هل/نعم/لا");
    expect("एक। दो॥ तीन", "एक/दो/तीन");
    expect("ա։ բ", "ա/բ");
    expect("a‼ b⁇ c⁈ d⁉ e", "a/b/c/d/e");
    expect("ሀ። ለ က။ ခ ក។ ខ", "ሀ/ለ|က/ခ|ក/ខ");
}

static void test_abbreviations(void **state)
{
    (void)state;
    expect("Mr. Smith and Dr. No. Then", "mr|smith|and|dr|no/then");
    expect("in the U.S. Army at 5 p.m. on", "in|the|u|s|army|at|5|p|m|on");
    expect("i.e. e.g. etc. vs. St. x", "i|e|e|g|etc|vs|st|x");
    expect("J. R. R. Tolkien É. Zola А. Блок د. أحمد", "j|r|r|tolkien|e|zola|а|блок|د|احمد");
    expect("E\u0301. Zola a.k.a. x", "e|zola|a|k|a|x");
    expect("I can't. It's Ann’s. Plan b. See p. 5", "i|can|t/it|s|ann|s/plan|b|see|p|5");
    expect("'t. Start (d. 1831) said ‘A. Smith", "t|start|d|1831|said|a|smith");
    expect("No. 5 no. five Fig. 2 the fig. tree", "no|5|no/five|fig|2|the|fig/tree");
    expect("etc... x etc.) y etc.? z", "etc/x|etc|y|etc/z");
    expect("Prof.\nX Sept. 3 Sep. 4", "prof|x|sept|3|sep|4");
    expect("page 1. Then 漢. x", "page|1/then|漢/x");
    expect("Mr\u200d. Smith د\u200f. أحمد no. ٣ no. ½", "mr|smith|د|احمد|no|٣|no|1|2");
    expect("smr. x misters. y", "smr/x|misters/y");
}

static void test_paragraphs(void **state)
{
    (void)state;
    expect("one\ntwo\n\nthree", "one|two#three");
    expect("one.\n\ntwo", "one#two");
    expect("one\r\n\r\ntwo\r\nthree", "one#two|three");
    expect("one\n \t\u00a0\u3000\ntwo", "one#two");
    expect("one\n-\ntwo", "one|two");
    expect("one\n***\n\n***\ntwo", "one#two");
    expect("\n\none\n\n", "one");
    expect("one\r\rtwo", "one|two");
    expect("one \n. \n two", "one/two");
}

static void test_blocks(void **state)
{
    (void)state;
    static const uint32_t ends[] = {0, 2, 5, 6, 11, 20};
    struct token_options options = {.block_ends = ends, .n_block_ends = BASE_COUNT(ends), .blocks_only = true};
    expect_with("one twoxx.\n\nthree four\n\nfive", "one|twoxx#three|four|five", &options);
    options.blocks_only = false;
    expect_with("one twoxx.\n\nthree four\n\nfive", "one|twoxx#three|four#five", &options);
    expect_with("abcde中", "abcde#中", &options);
    for (uint32_t end = 0; end <= 9; end++) {
        options = (struct token_options){.block_ends = &end, .n_block_ends = 1, .blocks_only = true};
        expect_with("one  two", end >= 3 && end <= 5 ? "one#two" : "one|two", &options);
    }
    options = (struct token_options){.blocks_only = true};
    expect_with("one.\n\ntwo\n\nthree", "one/two|three", &options);
}

static void expect_sentence_word(const char *word, const char *gap, enum sentence_word expected)
{
    assert_int_equal(sentence_word(word, strlen(word), gap, strlen(gap)), expected);
}

static void test_sentence_words(void **state)
{
    (void)state;
    static const char *const abbreviated[] = {"al", "mr", "vs", "etc", "messrs", "sept", "x", "\u05d0", "\u062f"};
    static const char *const plain[] = {"1", "mrx", "extraordinary", "漢", "คั", "mmes", "a1"};
    for (size_t i = 0; i < BASE_COUNT(abbreviated); i++)
        expect_sentence_word(abbreviated[i], "", SENTENCE_ABBREVIATED);
    for (size_t i = 0; i < BASE_COUNT(plain); i++)
        expect_sentence_word(plain[i], " ", SENTENCE_PLAIN);
    expect_sentence_word("no", " ", SENTENCE_NUMBERED);
    expect_sentence_word("t", "'", SENTENCE_PLAIN);
    expect_sentence_word("t", "’", SENTENCE_PLAIN);
    expect_sentence_word("t", " '", SENTENCE_ABBREVIATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ascii),
        cmocka_unit_test(test_apostrophes),
        cmocka_unit_test(test_hyphens),
        cmocka_unit_test(test_latin),
        cmocka_unit_test(test_greek_and_cyrillic),
        cmocka_unit_test(test_hebrew_and_arabic),
        cmocka_unit_test(test_ignored),
        cmocka_unit_test(test_emoji),
        cmocka_unit_test(test_lone_marks),
        cmocka_unit_test(test_characters_of_many_words),
        cmocka_unit_test(test_indic),
        cmocka_unit_test(test_chinese_and_japanese),
        cmocka_unit_test(test_korean),
        cmocka_unit_test(test_south_east_asian),
        cmocka_unit_test(test_length_limit),
        cmocka_unit_test(test_known_hash),
        cmocka_unit_test(test_length_is_composed),
        cmocka_unit_test(test_long_words_in_both_forms),
        cmocka_unit_test(test_long_words_differ),
        cmocka_unit_test(test_many_marks),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_stops_of_other_scripts),
        cmocka_unit_test(test_abbreviations),
        cmocka_unit_test(test_paragraphs),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_sentence_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

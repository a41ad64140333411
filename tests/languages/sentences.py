# SPDX-License-Identifier: GPL-2.0-or-later
"""Sentences in many writings, and where queries must find them: LINE:COLUMN of each match in the order of the text.

Columns are bytes of the line, worked out from the texts and not by the engine: a Latin letter with an accent is 2, a
decomposed one 3, a letter of Greek, Cyrillic, Hebrew or Arabic 2, one of Hindi, Thai and the East Asian writings 3; marks
count too.
"""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A document and its queries; no place: nothing is found."""

    name: str
    about: str
    text: str
    queries: list[tuple[str, str]]


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


CASES = [
    Case("french.txt", "accents composed",
        "Où est passé le garçon ?\n"
        "Il a mangé sa crème brûlée à l’hôtel, puis un œuf.\n", [
        ("garcon", "1:19"), ("OÙ", "1:1"), ('"crème brûlée"', "2:16"), ('"creme brulee a l hotel"', "2:16"),
        ("hôtel", "2:39"), ("OEUF", "2:55"), ('"PASSE\u0301 le"', "1:9"), ('"garçon il a mangé"', "1:19"),
        ("garço", "")]),
    Case("french-nfd.txt", "the same decomposed", decomposed(
        "Où est passé le garçon ?\n"
        "Il a mangé sa crème brûlée à l’hôtel, puis un œuf.\n"), [
        ("garcon", "1:21"), ("OÙ", "1:1"), ('"crème brûlée"', "2:17"), ('"creme brulee a l hotel"', "2:17"),
        ("hôtel", "2:44"), ("OEUF", "2:61"), ('"PASSE\u0301 le"', "1:10"), ('"garçon il a mangé"', "1:21"),
        ("garço", "")]),
    Case("german.txt", "sharp s, umlauts",
        "Die Straße nach Gießen ist gesperrt.\n"
        "Über die Brücke fährt kein Zug, und die STRASSE bleibt naß.\n", [
        ("strasse", "1:5 2:44"), ("Straße", "1:5 2:44"), ('"straße nach giessen"', "1:5"), ("nass", "2:59"),
        ("NAß", "2:59"), ("uber", "2:1"), ('"fahrt kein zug"', "2:19"), ("gie??en", "1:18"), ("gie?en", ""),
        ("gießen~1", "1:18")]),
    Case("turkish.txt", "dotted and dotless I",
        "İstanbul'da ılık bir akşam, IŞIK söndü.\n"
        "Diyarbakır çok sıcaktı; ışıl ışıldı deniz.\n", [
        ("istanbul", "1:1"), ("İSTANBUL", "1:1"), ("ISTANBUL", "1:1"), ("ilik", "1:14"), ("ILIK", "1:14"),
        ("ışık", "1:33"), ("isik", "1:33"), ('"istanbul da ilik"', "1:1"), ("diyarbakir", "2:1"),
        ('"ışıl ışıldı"', "2:29"), ("isil*", "2:29 2:37")]),
    Case("greek.txt", "final sigma, accents",
        "Ο Οδυσσέας γύρισε στο σπίτι του.\n"
        "Η ΟΔΟΣ είναι ένας μεγάλος δρόμος.\n", [
        ("οδος", "2:4"), ("οδοσ", "2:4"), ("ΟΔΌΣ", "2:4"), ("ΟΔΥΣΣΕΑΣ", "1:4"), ("οδυσσεασ", "1:4"),
        ('"ΜΕΓΑΛΟΣ ΔΡΟΜΟΣ"', "2:33"), ('"στο σπίτι"', "1:34"), ("μεγάλο", "")]),
    Case("russian.txt", "",
        "Ёжик нёс домой красное яблоко.\n"
        "Мой брат живёт в Туле; всё хорошо.\n", [
        ("ежик", "1:1"), ("ЁЖИК", "1:1"), ('"нес домой"', "1:10"), ("яблок*", "1:43"),
        ('"живет в туле"', "2:17"), ("ВСЕ", "2:41"), ("мой", "2:1"), ('"яблоко мой брат"', "1:43")]),
    Case("ukrainian.txt", "a letter with a mark of its own, and one without",
        "Їжак їв яблуко, а ґава кричала.\n", [
        ('"їжак їв"', "1:1"), ("ІЖАК", "1:1"), ("ґава", "1:32"), ("ҐАВА", "1:32"), ("гава", "")]),
    Case("arabic.txt", "harakat, hamza",
        "ذَهَبَ الوَلَدُ إِلَى المَدْرَسَةِ.\n"
        "ثُمَّ عَادَ إلى البيت.\n", [
        ('"ذهب الولد"', "1:1"), ("المدرسة", "1:42"), ("إلى", "1:31 2:23"), ("الى", "1:31 2:23"),
        ('"الى البيت"', "2:23"), ("عاد", "2:12"), ("عَادَ", "2:12"), ("ثم", "2:1")]),
    Case("hebrew.txt", "points",
        "הַיֶּלֶד הָלַךְ לַבַּיִת.\n"
        "הילדה נשארה בבית הספר.\n", [
        ('"הילד הלך"', "1:1"), ("הַיֶּלֶד", "1:1"), ("לבית", "1:31"), ('"בבית הספר"', "2:23"),
        ('"הלך לבית הילדה"', "1:18"), ("ילד", "")]),
    Case("chinese.txt", "each character a word",
        "今天天气很好，我们去公园散步。\n"
        "公园里有很多人在跑步。\n", [
        ("天气", "1:7"), ('"天天气"', "1:4"), ("天", "1:4 1:7"), ("公园", "1:31 2:1"), ("我们去公园", "1:22"),
        ('"散步公园里"', "1:37"), ("跑步", "2:25"), ("很 -散", ""), ('"很 * 人"', "2:13"), ("公园 SENTENCE 散步", "1:31"),
        ("天气 SENTENCE 跑步", ""), ("园公", ""), ("天氣", "")]),
    Case("japanese.txt", "half-width letters, voiced marks apart",
        "ﾊﾝﾊﾞｰｶﾞｰを食べました。\n"
        "ハンバーガーは美味しいです。\n"
        "か\u3099くせいも食べます。\n", [
        ("ハンバーガー", "1:1 2:1"), ("ﾊﾝﾊﾞｰｶﾞｰ", "1:1 2:1"), ("バーガー", "1:7 2:7"), ("食べました", "1:28"),
        ("食べま", "1:28 3:19"), ("がくせい", "3:1"), ("かくせい", ""), ("美味しい", "2:22"), ("ハ", "1:1 2:1")]),
    Case("korean.txt", "syllables",
        "나는 학교에 갑니다.\n"
        "오늘 학교는 조용합니다.\n", [
        ("학교에", "1:8"), ("학교*", "1:8 2:8"), ('"나는 학교에"', "1:1"), ("학교", ""), ("조용합니다", "2:18"),
        ("학교?", "1:8 2:8"), ('"갑니다 오늘"', "1:18")]),
    Case("korean-nfd.txt", "the same as conjoining letters", decomposed(
        "나는 학교에 갑니다.\n"
        "오늘 학교는 조용합니다.\n"), [
        ("학교에", "1:17"), ("학교*", "1:17 2:17"), ('"나는 학교에"', "1:1"), ("학교", ""), ("조용합니다", "2:42"),
        ("학교?", "1:17 2:17"), ('"갑니다 오늘"', "1:39")]),
    Case("thai.txt", "each letter with its marks a word",
        "วันนี้อากาศดีมาก\n"
        "ฉันชอบกินข้าวกับแกง และดื่มน้ำ\n", [
        ("อากาศ", "1:19"), ("กาศดี", "1:25"), ("ข้าว", "2:28"), ("ขาว", ""), ("กินข้าวกับแกง", "2:19"),
        ("น้ำ", "2:80"), ('"ดีมากฉัน"', "1:34"), ('"แกง และ"', "2:49")]),
    Case("hindi.txt", "marks that stay, a nukta",
        "मैं हिंदी में किताब पढ\u093cता हूँ।\n"
        "वह स्कूल जाता है।\n", [
        ("किताब", "1:37"), ("कताब", ""), ('"हिंदी में"', "1:11"), ("पढ\u093cता", "1:53"),
        ("प\u095dता", "1:53"), ('"हूँ वह"', "1:69"), ("हूँ SENTENCE वह", ""), ('"स्कूल जाता है"', "2:8")]),
    Case("vietnamese.txt", "two marks on a letter",
        "Hôm nay trời đẹp, chúng tôi đi bộ.\n", [
        ('"troi dep"', "1:10"), ('"đi bộ"', "1:37"), ("DI", "1:37"), ('"chúng tôi"', "1:25"),
        ("tro\u031b\u0300i", "1:10")])
]

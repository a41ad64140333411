# SPDX-License-Identifier: GPL-2.0-or-later
"""English stems: Martin Porter's second algorithm, from its published description.

Words come folded, so they are lower case and hold no apostrophes. Letters outside a-z count as consonants.
"""

from functools import lru_cache

VOWELS = "aeiouy"
DOUBLES = ("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt")
SPECIAL = {
    "skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "idly": "idl", "gently": "gentl",
    "ugly": "ugli", "early": "earli", "only": "onli", "singly": "singl",
    "sky": "sky", "news": "news", "howe": "howe", "atlas": "atlas", "cosmos": "cosmos", "bias": "bias",
    "andes": "andes",
}
UNTOUCHED_AFTER_1A = ("inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed")
STEP_2 = {
    "tional": "tion", "enci": "ence", "anci": "ance", "abli": "able", "entli": "ent", "izer": "ize", "ization": "ize",
    "ational": "ate", "ation": "ate", "ator": "ate", "alism": "al", "aliti": "al", "alli": "al", "fulness": "ful",
    "ousli": "ous", "ousness": "ous", "iveness": "ive", "iviti": "ive", "biliti": "ble", "bli": "ble", "ogi": "og",
    "fulli": "ful", "lessli": "less", "li": "",
}
STEP_3 = {"tional": "tion", "ational": "ate", "alize": "al", "icate": "ic", "iciti": "ic", "ical": "ic", "ful": "",
          "ness": "", "ative": ""}
STEP_4 = ("al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ism", "ate", "iti", "ous",
          "ive", "ize", "ion")


def has_vowel(text: str) -> bool:
    return any(char in VOWELS for char in text)


def region_after(word: str, start: int) -> int:
    """Where the text behind the first non-vowel after a vowel begins, from start on."""
    for at in range(start + 1, len(word)):
        if word[at] not in VOWELS and word[at - 1] in VOWELS:
            return at + 1
    return len(word)


def regions(word: str) -> tuple[int, int]:
    """Where R1 and R2 begin."""
    first = region_after(word, 0)
    for prefix in ("gener", "commun", "arsen"):
        if word.startswith(prefix):
            first = len(prefix)
    return first, region_after(word, first)


def ends_in_short_syllable(word: str) -> bool:
    if len(word) == 2:
        return word[0] in VOWELS and word[1] not in VOWELS
    if len(word) < 3:
        return False
    before, vowel, after = word[-3:]
    return before not in VOWELS and vowel in VOWELS and after not in VOWELS + "wxY"


def longest(word: str, suffixes: "tuple[str, ...] | dict[str, str]") -> str:
    """The longest of the suffixes that the word ends in, or nothing."""
    return max((suffix for suffix in suffixes if word.endswith(suffix)), key=len, default="")


def mark_consonant_y(word: str) -> str:
    """Writes Y for each y at the start or behind a vowel."""
    letters = list(word)
    for at, char in enumerate(letters):
        if char == "y" and (at == 0 or letters[at - 1] in VOWELS):
            letters[at] = "Y"
    return "".join(letters)


def step_1a(word: str) -> str:
    suffix = longest(word, ("sses", "ied", "ies", "us", "ss", "s"))
    if suffix == "sses":
        return word[:-2]
    if suffix in ("ied", "ies"):
        return word[:-2] if len(word) > 4 else word[:-1]
    if suffix == "s" and has_vowel(word[:-2]):
        return word[:-1]
    return word


def step_1b(word: str, first: int) -> str:
    suffix = longest(word, ("eedly", "eed", "ingly", "edly", "ing", "ed"))
    if suffix in ("eed", "eedly"):
        return word[:-len(suffix)] + "ee" if len(word) - len(suffix) >= first else word
    if not suffix or not has_vowel(word[:-len(suffix)]):
        return word
    word = word[:-len(suffix)]
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    if word.endswith(DOUBLES):
        return word[:-1]
    return word + "e" if ends_in_short_syllable(word) and first >= len(word) else word


def step_1c(word: str) -> str:
    if len(word) > 2 and word[-1] in "yY" and word[-2] not in VOWELS:
        return word[:-1] + "i"
    return word


def step_2(word: str, first: int) -> str:
    suffix = longest(word, STEP_2)
    stem = word[:len(word) - len(suffix)]
    if not suffix or len(stem) < first:
        return word
    if suffix == "ogi" and not stem.endswith("l"):
        return word
    if suffix == "li" and (not stem or stem[-1] not in "cdeghkmnrt"):
        return word
    return stem + STEP_2[suffix]


def step_3(word: str, first: int, second: int) -> str:
    suffix = longest(word, STEP_3)
    stem = word[:len(word) - len(suffix)]
    if not suffix or len(stem) < (second if suffix == "ative" else first):
        return word
    return stem + STEP_3[suffix]


def step_4(word: str, second: int) -> str:
    suffix = longest(word, STEP_4)
    stem = word[:len(word) - len(suffix)]
    if not suffix or len(stem) < second or (suffix == "ion" and not stem.endswith(("s", "t"))):
        return word
    return stem


def step_5(word: str, first: int, second: int) -> str:
    stem = word[:-1]
    if word.endswith("e") and (len(stem) >= second or (len(stem) >= first and not ends_in_short_syllable(stem))):
        return stem
    if word.endswith("l") and len(stem) >= second and stem.endswith("l"):
        return stem
    return word


@lru_cache(maxsize=None)
def stem_of(word: str) -> str:
    """The stem of a folded word."""
    if len(word) < 3:
        return word
    if word in SPECIAL:
        return SPECIAL[word]
    word = mark_consonant_y(word)
    first, second = regions(word)
    word = step_1a(word)
    if word in UNTOUCHED_AFTER_1A:
        return word
    word = step_1c(step_1b(word, first))
    word = step_2(word, first)
    word = step_3(word, first, second)
    return step_5(step_4(word, second), first, second).replace("Y", "y")

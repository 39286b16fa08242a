"""What was stored in English, in the language of the reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any

from django import template
from django.utils.translation import get_language, gettext
from django.utils.translation.trans_real import translation

from sync.told import told

register = template.Library()

NAME = re.compile(r"\{(\w+)[^{}]*\}")
END_OF_SENTENCE = re.compile(r"(?<=[.!?…]) (?=\S)")
APART, SEPARATORS = ("; ", " → "), (", ", told(" and "))
SENTENCES_AT_MOST = 12  # of one text that are tried together
LONGEST = 4000  # characters; longer texts are protocols, not sentences
ANYTHING, CODES, FEW_WORDS = ".*?", r"\S+?(?:(?:, | and )\S+?)*?", r"\S+(?: \S+){0,3}"


@register.filter
def retold(stored: str) -> str:
    """As it stands where the reader's language is English or nobody has translated it. What was put
    into a sentence is looked up in turn: a name, or another sentence."""
    language = get_language() or "en"
    if not stored or language.startswith("en"):
        return stored
    # A plain copy: what is kept of one text must not lend its mark of safety to another.
    return _retold("".join([str(stored)]), language)


@lru_cache(maxsize=4096)
def _retold(stored: str, language: str) -> str:
    """Sentence by sentence, the fewest together that are known: so a name never swallows the
    beginning of the next sentence."""
    if len(stored) > LONGEST:
        return stored
    if (whole := gettext(stored)) != stored:
        return whole
    pieces = END_OF_SENTENCE.split(stored)
    together = SENTENCES_AT_MOST if len(pieces) <= SENTENCES_AT_MOST else 1
    said: list[str] = []
    while pieces:
        for count in range(1, min(together, len(pieces)) + 1):
            known = _known(" ".join(pieces[:count]), language)
            if known is not None:
                break
        else:
            known, count = _in_parts(pieces[0], language), 1
        said.append(known)
        del pieces[:count]
    return " ".join(said)


@lru_cache(maxsize=4096)
def _known(text: str, language: str) -> str | None:
    """None where nobody has translated it."""
    if not text:
        return None
    if (translated := gettext(text)) != text:
        return translated
    for words, fits, translated in _sentences(language):
        if words in text and (values := fits(text)) is not None:
            names = {name: _retold(value, language) for name, value in values.items()}
            return _filled(translated, names)
    return None


def _filled(sentence: str, names: dict[str, str]) -> str:
    return NAME.sub(lambda found: names[found[1]], sentence)


def _in_parts(text: str, language: str) -> str:
    """Lists, and what is said of something that is named before it."""
    for separator in APART:
        if separator in text:
            return separator.join(_retold(part, language) for part in text.split(separator))
    before, colon, after = text.partition(": ")
    if colon and (head := _in_parts(before, language)) != before:
        return f"{head}: {_retold(after, language)}"
    body, end = (text[:-1], ".") if text.endswith(".") else (text, "")
    for separator in SEPARATORS:
        parts = body.split(separator)
        known = [said for part in parts if (said := _known(part, language)) is not None]
        if len(known) == len(parts):
            return gettext(separator).join(known) + end
    return text


Fits = Callable[[str], dict[str, str] | None]


@cache
def _sentences(language: str) -> list[tuple[str, Fits, str]]:
    """Those with names in braces, the longest text first: it says most about what it fits. Each
    begins with the words that tell soonest that it does not."""
    known = dict(_translated(language))
    ordered = sorted(known, key=lambda sentence: (-_letters(sentence), sentence))
    return [(*_pattern(sentence), known[sentence]) for sentence in ordered]


def _translated(language: str) -> Iterator[tuple[str, str]]:
    """Without plural forms and texts of a context, which nobody stores, and without a translation
    that names what the sentence does not."""
    catalogue: Any = translation(language)
    for key, _of_one_file in catalogue._catalog.items():
        if not isinstance(key, str) or "\x04" in key or not is_recognised(key):
            continue
        text = catalogue.gettext(key)
        if text != key and set(NAME.findall(text)) <= set(NAME.findall(key)):
            yield key, text


def _letters(sentence: str) -> int:
    return sum(map(str.isalpha, NAME.sub("", sentence)))


def _says_much(sentence: str) -> bool:
    fixed = NAME.sub("", sentence)
    words, marks = re.findall(r"[A-Za-z]+", fixed), re.findall(r"[^\w\s]", fixed)
    letters = _letters(sentence)
    return (len(words) > 1 and letters >= 6) or letters + 2 * len(marks) >= 10


def _said_of(sentence: str, place: re.Match[str]) -> str:
    """What a name stands for. One that ends a sentence right after a word, such as a number after
    "Delivery", would else swallow whatever anybody says of deliveries."""
    if not _says_much(sentence):
        return CODES
    before = sentence[: place.start()].rstrip()
    if place.end() < len(sentence) or not before[-1:].isalpha():
        return ANYTHING
    return FEW_WORDS if NAME.search(before) else CODES


def is_recognised(sentence: str) -> bool:
    """Whether a text with names can be told from others: it has names with text between them, and
    words of its own."""
    has_room = not re.search(r"\}\{", NAME.sub("{}", sentence))
    return bool(NAME.search(sentence)) and has_room and _letters(sentence) >= 4


def _pattern(sentence: str) -> tuple[str, Fits]:
    parts, fixed, seen, at = [], [], set[str](), 0
    for found in NAME.finditer(sentence):
        name, before = found[1], _plain(sentence[at : found.start()])
        fixed.append(before)
        parts.append(re.escape(before))
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{_said_of(sentence, found)})")
        seen.add(name)
        at = found.end()
    fixed.append(_plain(sentence[at:]))
    pattern = re.compile("".join(parts) + re.escape(fixed[-1]), re.DOTALL)

    def fits(text: str) -> dict[str, str] | None:
        if not _has_all(text, fixed):
            return None
        found = pattern.fullmatch(text)
        return found.groupdict() if found else None

    return max(fixed, key=len), fits


def _plain(text: str) -> str:
    """As ``told`` writes it: braces of the sentence's own stand twice."""
    return text.replace("{{", "{").replace("}}", "}")


def _has_all(text: str, fixed: list[str]) -> bool:
    """Without a single step back, which a pattern of many names may need thousands of."""
    first, *others = fixed
    if not (text.startswith(first) and text.endswith(fixed[-1])):
        return False
    at = len(first)
    for one in others:
        if (at := text.find(one, at)) < 0:
            return False
        at += len(one)
    return True

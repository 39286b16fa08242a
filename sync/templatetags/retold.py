"""What was stored in English, in the language of the reader."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from django import template
from django.utils.translation import get_language, gettext
from django.utils.translation.trans_real import translation

register = template.Library()

NAME = re.compile(r"\{(\w+)[^{}]*\}")


@register.filter
def retold(stored: str) -> str:
    """As it stands where the reader's language is English or nobody has translated it. What was put
    into a sentence is looked up in turn: a name, or another sentence."""
    language = get_language() or "en"
    return str(stored) if language.startswith("en") else _retold(str(stored), language)


@lru_cache(maxsize=4096)
def _retold(stored: str, language: str) -> str:
    if not stored:
        return stored
    if (known := gettext(stored)) != stored:
        return known
    for pattern, translated in _sentences(language):
        if found := pattern.fullmatch(stored):
            values = {name: _retold(said, language) for name, said in found.groupdict().items()}
            return translated.format_map(values)
    return stored


@cache
def _sentences(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Those with names in braces, the longest text first: it says most about what it fits."""
    of_language: Any = translation(language)
    texts = of_language._catalog.items()
    told = {key: text for key, text in texts if text and NAME.search(str(key))}
    ordered = sorted(told, key=lambda key: -len(NAME.sub("", key)))
    return [(_pattern(key), NAME.sub(r"{\1}", told[key])) for key in ordered]


def _pattern(sentence: str) -> re.Pattern[str]:
    parts, seen, at = [], set[str](), 0
    for found in NAME.finditer(sentence):
        name = found[1]
        parts.append(re.escape(sentence[at : found.start()]))
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.*?)")
        seen.add(name)
        at = found.end()
    parts.append(re.escape(sentence[at:]))
    return re.compile("".join(parts), re.DOTALL)

"""Sentences that are stored as they were told, in English, and shown in the reader's language."""

from __future__ import annotations


def told(sentence: str, /, **values: object) -> str:
    """The sentence with its names in braces replaced. `make messages` collects the sentences for
    translation, so the first argument is a literal."""
    return sentence.format(**values) if values else sentence

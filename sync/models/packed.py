"""The column type of payloads: JSON, packed to a small part of its size.

In the database a packed value is a JSON string, so that the column stays a JSON column: rows from
before are read as they stand, and packed by ``sync.jobs.prune`` or when they are next written.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from functools import cache
from pathlib import Path
from typing import Any

from django.db import models
from django.db.models.expressions import BaseExpression

# The words that payloads share. A file is never changed: what was packed with it is read with it.
WORDS = {"z1:": Path(__file__).with_name("packing-words-1.txt")}
NEWEST = "z1:"
LEVEL = 6


def pack(value: Any) -> Any:
    """Fit for a JSON column; left as it is where packing would not make it smaller."""
    plain = json.dumps(value, separators=(",", ":"), allow_nan=False)
    packer = _packer().copy()  # priming a new one takes longer than packing
    packed = NEWEST + b64encode(packer.compress(plain.encode()) + packer.flush()).decode()
    return packed if len(packed) < len(plain) or isinstance(value, str) else value


def unpack(value: Any) -> Any:
    """The value that was packed; other values are older than packing, or too small for it."""
    if not isinstance(value, str) or value[: len(NEWEST)] not in WORDS:
        return value
    words = _words(value[: len(NEWEST)])
    return json.loads(zlib.decompressobj(zdict=words).decompress(b64decode(value[len(NEWEST) :])))


@cache
def _words(mark: str) -> bytes:
    return WORDS[mark].read_bytes()


@cache
def _packer() -> Any:
    return zlib.compressobj(LEVEL, zdict=_words(NEWEST))


class PackedJSONField(models.JSONField):
    """Cannot be filtered by what is in it."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if not isinstance(value, BaseExpression) and value is not None:
            value = pack(value)
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return unpack(super().from_db_value(value, expression, connection))

    def get_transform(self, lookup_name: str) -> Any:
        return None

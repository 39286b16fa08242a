"""Document keys in addresses."""

from __future__ import annotations


class KeyConverter:
    """A whole number that fits every key column; a longer one is a 404."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)

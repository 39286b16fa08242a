"""The keys of documents in addresses."""

from __future__ import annotations


class KeyConverter:
    """A whole number that fits every key; a longer one is the address of nothing."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """The key."""
        return int(value)

    def to_url(self, value: int) -> str:
        """The same in an address."""
        return str(value)

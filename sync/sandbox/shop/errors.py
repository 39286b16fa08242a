"""How the shop says no: a status, a message with unfilled placeholders, and parameters."""

from __future__ import annotations

from typing import Any

NOT_FOUND = "The entity that was requested doesn't exist. Verify the entity and try again."
REQUIRED = '"%fieldName" is required. Enter and try again.'
BAD_VALUE = '"%field_name" does not contains valid value.'  # the shop's own words [248-408]
UNSUPPORTED = '"%fieldName" is not supported. Correct the field name and try again.'


class ShopError(Exception):
    """The call is refused with ``status``; ``parameters`` is sent as it is, dict or list."""

    def __init__(
        self, status: int, message: str, parameters: dict[str, Any] | list[Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        """The error document as Magento shapes it."""
        document: dict[str, Any] = {"message": self.message}
        if self.parameters is not None:
            document["parameters"] = self.parameters
        return document


def not_found() -> ShopError:
    """404 of every unknown entity [178]."""
    return ShopError(404, NOT_FOUND)


def required(field: str) -> ShopError:
    """400 of a missing argument [540]."""
    return ShopError(400, REQUIRED, {"fieldName": field})


def unsupported(field: str) -> ShopError:
    """400 of an unknown member; Magento names it in CamelCase [229, 300]."""
    name = "".join(part[:1].upper() + part[1:] for part in field.split("_"))
    return ShopError(400, UNSUPPORTED, {"fieldName": name})


def bad_value(field: str) -> ShopError:
    """400 of a text with a script element; the member is named as it was sent [248-408]."""
    return ShopError(400, BAD_VALUE, {"field_name": field})


def wrong_type(value: object, expected: str, field: str = "") -> ShopError:
    """400 of a value which cannot be read; placeholders are filled here [160, 179, 221]."""
    lead = f'Error occurred during "{field}" processing. ' if field else ""
    return ShopError(
        400,
        f'{lead}The "{value}" value\'s type is invalid. The "{expected}" type was expected. '
        "Verify and try again.",
    )

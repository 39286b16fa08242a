"""Reading a JSON body, as strict and as lax as Magento [220-229, 540-547]."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sync.sandbox.shop.documents import Doc, bundled
from sync.sandbox.shop.errors import bad_value, required, unsupported, wrong_type
from sync.sandbox.shop.search import snake

Spec = dict[str, Any]
SCRIPT = re.compile(r"<script\b[^>]*>.*?</script>", re.IGNORECASE | re.DOTALL)

ITEM: Spec = {"order_item_id": "int", "qty": "float", "extension_attributes": {}}
COMMENT: Spec = {"comment": "string", "is_visible_on_front": "int", "extension_attributes": {}}
TRACK: Spec = {
    "track_number": "string", "title": "string", "carrier_code": "string",
    "extension_attributes": {},
}  # fmt: skip
_DOCUMENT: Spec = {
    "items": [ITEM], "notify": "boolean", "appendComment": "boolean", "comment": COMMENT,
}  # fmt: skip
SHIP: Spec = {
    **_DOCUMENT,
    "tracks": [TRACK],
    "packages": [{"extension_attributes": {}}],
    "arguments": {"extension_attributes": {"source_code": "string"}},
}
INVOICE: Spec = {**_DOCUMENT, "capture": "boolean", "arguments": {"extension_attributes": {}}}
REFUND: Spec = {
    **_DOCUMENT,
    "arguments": {
        "shipping_amount": "float", "adjustment_positive": "float", "adjustment_negative": "float",
        "extension_attributes": {"return_to_stock_items": "any"},
    },
}  # fmt: skip
HISTORY: Spec = {
    "comment": "string", "created_at": "string", "entity_id": "int", "entity_name": "string",
    "is_customer_notified": "int", "is_visible_on_front": "int", "parent_id": "int",
    "status": "string", "extension_attributes": {},
}  # fmt: skip
PAPER_COMMENT: Spec = {
    "comment": "string", "created_at": "string", "entity_id": "int", "is_customer_notified": "int",
    "is_visible_on_front": "int", "parent_id": "int", "extension_attributes": {},
}  # fmt: skip
SAVED_TRACK: Spec = {
    **TRACK, "order_id": "int", "entity_id": "int", "parent_id": "int", "created_at": "string",
    "updated_at": "string", "weight": "float", "qty": "float", "description": "string",
}  # fmt: skip


def columns(kind: str) -> Spec:
    """The members of a sales entity; nested ones are taken as they come."""
    simple = {"integer": "int", "number": "float", "string": "string"}
    fields: dict[str, str] = bundled("columns.json")[kind]
    spec: Spec = {name: simple.get(type_, "any") for name, type_ in fields.items()}
    if kind == "order":
        spec["status_histories"] = [HISTORY]
    return spec


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one body. ``refuses_scripts``: no member of an object may hold a script element."""

    body: Any
    refuses_scripts: bool

    def arguments(self, spec: Spec) -> Doc:
        """Top-level arguments; unknown ones are ignored [260]."""
        sent = self.body if isinstance(self.body, dict) else {}
        return {
            name: self._read(value, spec[name], name)
            for name, value in sent.items()
            if name in spec and value is not None
        }

    def entity(self, argument: str, spec: Spec) -> Doc:
        """The one object a route takes. Raises ShopError 400; a scalar counts as empty [543]."""
        sent = self.body.get(argument) if isinstance(self.body, dict) else None
        if sent is None:
            raise required(argument)
        found = self._read(sent, spec, argument)
        return found if isinstance(found, dict) else {}

    def _read(self, value: Any, wanted: Any, name: str) -> Any:
        if value is None or wanted == "any":
            return value
        if isinstance(wanted, list):
            entries = value if isinstance(value, list) else []
            return [self._read(entry, wanted[0], name) for entry in entries]
        if isinstance(wanted, dict):
            return self._read_object(value, wanted)
        return _read_scalar(value, wanted, name)

    def _read_object(self, value: Any, spec: Spec) -> Doc:
        found: Doc = {}
        for key, member in value.items() if isinstance(value, dict) else ():
            name = snake(key)
            if name not in spec:
                raise unsupported(name)
            found[name] = self._read(member, spec[name], name)
            if self.refuses_scripts and isinstance(member, str) and SCRIPT.search(member):
                raise bad_value(key)
        return found


def _read_scalar(value: Any, wanted: str, name: str) -> Any:
    if isinstance(value, dict | list):
        raise wrong_type("Array", wanted, name)
    if wanted == "string":
        return str(value)
    if wanted == "boolean":
        return value in (True, 1, "1", "true")
    try:
        number = float(value)
    except ValueError as error:
        raise wrong_type(value, wanted, name) from error
    if wanted == "int" and not number.is_integer():
        raise wrong_type(value, wanted, name)
    return int(number) if number.is_integer() else number

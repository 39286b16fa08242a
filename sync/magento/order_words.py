"""What the customer wrote on a web order's lines and as gift messages."""

from __future__ import annotations

from collections.abc import Iterator

from sync.magento.members import LONGEST_NOTE, Members


def options_of(item: Members) -> tuple[tuple[str, str], ...]:
    """Id and value of each option of the product (README "Orders"): REST gives no titles. A file
    has its name among its attributes."""
    option = item.child("product_option")
    extension = option.child("extension_attributes") if option else None
    rows = extension.children("custom_options") if extension else []
    return tuple((row.text("option_id"), value) for row in rows if (value := _value(row)))


def _value(option: Members) -> str:
    extension = option.child("extension_attributes")
    upload = extension.child("file_info") if extension else None
    name = upload.text("name") if upload else ""
    return name or option.text("option_value", limit=LONGEST_NOTE)


def gift_message_of(document: Members) -> str:
    """Of an order or of a line (Magento_GiftMessage)."""
    extension = document.child("extension_attributes")
    gift = extension.child("gift_message") if extension else None
    return "\n".join(_gift_lines(gift)) if gift else ""


def _gift_lines(gift: Members) -> Iterator[str]:
    message = gift.text("message", limit=LONGEST_NOTE)
    if not message.strip():
        return
    for label, name in (("From", "sender"), ("To", "recipient")):
        if who := gift.text(name):
            yield f"{label}: {who}"
    yield message

"""What a person can switch in the shop; defaults are those of the recorded shop."""

from __future__ import annotations

from typing import Any

DEFAULTS: dict[str, Any] = {
    "mail_order": True,
    "mail_order_comment": True,
    "mail_shipment": True,
    "mail_invoice": True,
    "mail_invoice_comment": True,
    "mail_creditmemo": True,
    "mail_server_up": True,
    "async_sending": False,
    "integration_as_bearer": False,
    "maintenance": False,
    "admin_token_minutes": 60,
    "write_seconds": 0.0,
}
MEANING = {
    "mail_order": "Send order confirmations",
    "mail_order_comment": "Send order updates (comments)",
    "mail_shipment": "Send shipment mails",
    "mail_invoice": "Send invoice mails",
    "mail_invoice_comment": "Send invoice updates (comments)",
    "mail_creditmemo": "Send credit memo mails",
    "mail_server_up": "The mail server takes mails",
    "async_sending": "Queue mails for cron instead of sending them at once",
    "integration_as_bearer": "Take the integration's access token as a plain bearer",
    "maintenance": "Maintenance mode: every REST call answers 503 with a page",
    "admin_token_minutes": "Life of an admin token, minutes",
    "write_seconds": "How long a ship or invoice call works on the order, seconds",
}


class BadSetting(ValueError):
    """An unknown setting, or a value of the wrong kind."""


def read(name: str, value: Any) -> Any:
    """A value as the setting's own type. Raises BadSetting."""
    if name not in DEFAULTS:
        raise BadSetting(f"unknown setting {name!r}")
    default = DEFAULTS[name]
    if isinstance(default, bool):
        if isinstance(value, str):
            return value.lower() in ("1", "true", "on", "yes")
        return bool(value)
    try:
        return type(default)(value)
    except (TypeError, ValueError) as error:
        raise BadSetting(f"{name} takes a number") from error

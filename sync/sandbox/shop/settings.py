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
    "two_factor": "off",
    "integration_rights": "all",
    "admin_rights": "all",
    "input_limit_enabled": False,
    "maximum_page_size": 300,
    "default_page_size": 20,
    "complex_array_limit": 20,
}
TWO_FACTOR = ("off", "unconfigured", "forced", "configured")
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
    "two_factor": f"Two-factor login of the admin: {', '.join(TWO_FACTOR)}",
    "integration_rights": "What the integration may do: all, or resources such as "
    "Magento_Sales::actions_view, with commas between",
    "admin_rights": "What the admin may do, in the same way",
    "input_limit_enabled": "Limit input: page sizes and the lines of one call",
    "maximum_page_size": "Largest page while input is limited",
    "default_page_size": "Page size where none is asked for, while input is limited",
    "complex_array_limit": "Most lines, tracks or packages of one call while input is limited",
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
    if name == "two_factor" and value not in TWO_FACTOR:
        raise BadSetting(f"two_factor is one of {', '.join(TWO_FACTOR)}")
    try:
        return type(default)(value)
    except (TypeError, ValueError) as error:
        raise BadSetting(f"{name} takes a number") from error

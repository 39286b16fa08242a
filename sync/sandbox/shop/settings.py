"""What a person can switch in the shop; defaults are those of the recorded shops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.sandbox.shop import stock
from sync.sandbox.shop.versions import NEWER, VERSIONS

DEFAULTS: dict[str, Any] = {
    "version": NEWER.name,
    "mail_order": True,
    "mail_order_comment": True,
    "mail_shipment": True,
    "mail_invoice": True,
    "mail_invoice_comment": True,
    "mail_creditmemo": True,
    "mail_disabled": False,
    "mail_server_up": True,
    "async_sending": False,
    "async_sending_attempts": 3,
    "sales_prices_include_tax": False,
    "integration_as_bearer": False,
    "maintenance": False,
    "admin_token_minutes": 60,
    "write_seconds": 0.0,
    "transactions_seconds": 60.0,
    "two_factor": "off",
    "stock": "",
    "integration_rights": "all",
    "admin_rights": "all",
    "input_limit_enabled": False,
    "maximum_page_size": 300,
    "default_page_size": 20,
    "complex_array_limit": 20,
}
TWO_FACTOR = ("off", "unconfigured", "forced", "configured")
CHOICES = {"version": tuple(VERSIONS), "two_factor": TWO_FACTOR}
MEANING = {
    "version": "The Magento version that is played",
    "mail_order": "Send order confirmations",
    "mail_order_comment": "Send order updates (comments)",
    "mail_shipment": "Send shipment mails",
    "mail_invoice": "Send invoice mails",
    "mail_invoice_comment": "Send invoice updates (comments)",
    "mail_creditmemo": "Send credit memo mails",
    "mail_disabled": "Send no mail at all, whatever is switched on above (system/smtp/disable)",
    "mail_server_up": "The mail server takes mails",
    "async_sending": "Queue mails for cron instead of sending them at once",
    "async_sending_attempts": "How often cron tries to send a queued mail (2.4.8 only)",
    "sales_prices_include_tax": "Show prices of orders with tax (tax/sales_display/price is 2)",
    "integration_as_bearer": "Take the integration's access token as a plain bearer",
    "maintenance": "Maintenance mode: every REST call answers 503 with a page",
    "admin_token_minutes": "Life of an admin token, minutes",
    "write_seconds": "How long a ship or invoice call works on the order, seconds",
    "transactions_seconds": "How long a search for transactions works before the server dies of a "
    "capture among them, seconds",
    "two_factor": "Two-factor login of the admin",
    "integration_rights": "What the integration may do: all, or resources such as "
    "Magento_Sales::actions_view, with commas between",
    "stock": "Stock by inventory source, such as default: *=100; east: S-001=2.5 (* stands for all "
    "other SKUs); empty: one source, not counted",
    "admin_rights": "What the admin may do, in the same way",
    "input_limit_enabled": "Limit input: page sizes and the lines of one call",
    "maximum_page_size": "Largest page while input is limited",
    "default_page_size": "Page size where none is asked for, while input is limited",
    "complex_array_limit": "Most lines, tracks or packages of one call while input is limited",
}


def all_of(stored: Mapping[str, Any]) -> dict[str, Any]:
    """All settings: those stored, and the defaults of the others."""
    return {**DEFAULTS, **stored}


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
    if name in CHOICES and value not in CHOICES[name]:
        raise BadSetting(f"{name} is one of {', '.join(CHOICES[name])}")
    if name == "stock":
        try:
            return stock.written(stock.parse(str(value)))
        except ValueError as error:
            raise BadSetting(f"stock: {error}") from error
    try:
        return type(default)(value)
    except (TypeError, ValueError) as error:
        raise BadSetting(f"{name} takes a number") from error

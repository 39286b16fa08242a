"""What people may enter with a shop and its sales areas."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

DEFAULT_RULES = "customer_id,attribute,group,company,vat,email"
RULES = frozenset(DEFAULT_RULES.split(","))
PREFIX = RegexValidator(r"^[A-Z0-9-]*$", _("Capitals, digits and hyphens only."))
ROLES = ("AG", "WE", "RE", "RG")


def known_rules(value: str) -> None:
    unknown = [name for name in value.split(",") if name.strip() not in RULES]
    if unknown and value.strip():
        raise ValidationError(gettext("Known rules are %s.") % DEFAULT_RULES)


def known_address_roles(value: str) -> None:
    unknown = set(listed(value)) - set(ROLES)
    if unknown:
        raise ValidationError(gettext("Known partner functions are %s.") % ", ".join(ROLES))


def known_roles(value: str) -> None:
    known_address_roles(value)
    if "AG" not in listed(value):
        raise ValidationError(gettext("SAP needs the sold-to party, AG."))


def listed(value: str) -> tuple[str, ...]:
    """The entries of a list with commas, in capitals."""
    return tuple(one.strip().upper() for one in value.split(",") if one.strip())


def known_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(gettext("Not a time zone; such as Europe/Berlin."))

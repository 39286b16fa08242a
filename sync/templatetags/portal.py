"""How the portal writes money, quantities, moments and states."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from sync.models.systems import SAP
from sync.names import sap
from sync.names.named import quoted
from sync.templatetags import written
from sync.templatetags.badges import BADGES, Badge
from sync.templatetags.markup import markup
from sync.templatetags.retold import retold
from sync.version import VERSION

register = template.Library()

ICONS = "sync/img/icons.svg"  # one sprite, made by `make icons`

MOST_LINES = 50  # of a document on its page, before "Show all"

PARTS = {"both": written.day_and_time, "date": written.day, "time": written.time}

DASH = mark_safe('<span class="muted">–</span>')


@register.filter
def money(value: Decimal | None, currency: str) -> SafeString:
    """Rounded to the currency's decimals; a dash for None."""
    if value is None:
        return DASH
    return markup(
        '<span class="money">{} <span class="money__currency">{}</span></span>',
        written.amount(value, currency),
        currency,
    )


@register.filter
def quantity(value: Decimal | None) -> str:
    """Without trailing zeros; a dash for None."""
    return "–" if value is None else written.number(value)


@register.filter
def measured(value: Decimal | None, unit: str) -> str:
    """A quantity with the name of its unit: 2 pcs."""
    return f"{quantity(value)} {retold(sap.unit_name(unit, value))}".rstrip()


@register.filter
def billing_type(code: str) -> str:
    return retold(sap.billing_type_name(code))


@register.filter
def parcel_source(code: str) -> str:
    return retold(sap.parcel_source_name(code))


@register.filter
def code_name(code: str) -> str:
    """For a code that nobody has named."""
    return quoted(code)


@register.filter
def system_name(system: str) -> str:
    return "SAP" if system == SAP else gettext("Shop")


@register.filter
def count(value: Any) -> Any:
    """Of things: 1,234. What is no whole number stays as it is."""
    return written.number(value) if isinstance(value, int) else value


@register.simple_tag
def moment(value: datetime | date | None, part: str = "both") -> SafeString:
    """In the reader's time zone; ``part`` may ask for the date or the time alone."""
    if value is None:
        return DASH
    if not isinstance(value, datetime):
        return markup('<time datetime="{}">{}</time>', value.isoformat(), written.day(value))
    return markup(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(timespec="seconds"),
        _exact(value),
        PARTS[part](timezone.localtime(value)),
    )


@register.simple_tag
def since(value: datetime | None) -> SafeString:
    """The time alone while it is of today."""
    if value is None:
        return DASH
    is_of_today = timezone.localdate(value) == timezone.localdate()
    return moment(value, "time" if is_of_today else "both")


@register.simple_tag
def ago(value: datetime | None) -> SafeString:
    """Also for times to come; the exact time shows on hover."""
    if value is None:
        return DASH
    return markup(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(timespec="seconds"),
        _exact(value),
        relative(value, timezone.now()),
    )


def relative(value: datetime, now: datetime) -> str:
    """Such as ``3 min ago`` or ``in 2 h``."""
    seconds = int((now - value).total_seconds())
    if abs(seconds) < 5:
        return gettext("just now")
    size = {"time": _size(abs(seconds))}
    return gettext("%(time)s ago") % size if seconds > 0 else gettext("in %(time)s") % size


def _size(seconds: int) -> str:
    if days := seconds // 86400:
        return ngettext("%(number)s d", "%(number)s d", days) % {"number": days}
    if hours := seconds // 3600:
        return gettext("%(number)s h") % {"number": hours}
    if minutes := seconds // 60:
        return gettext("%(number)s min") % {"number": minutes}
    return gettext("%(number)s s") % {"number": seconds}


def _exact(value: datetime) -> str:
    local = timezone.localtime(value)
    return f"{written.day(local)}, {local:%H:%M:%S} {local.tzname()}"


@register.simple_tag
def version() -> str:
    return VERSION


@register.simple_tag
def sentence(text: str, values: Mapping[str, object]) -> SafeString:
    """In the reader's language, with its names in braces replaced: moments as people write them,
    what was stored as it is retold."""
    return markup(gettext(text), **{name: _told(value) for name, value in values.items()})


def _told(value: object) -> object:
    if isinstance(value, date):
        return moment(value)
    return retold(value) if isinstance(value, str) else value


@register.simple_tag
@cache
def icon(name: str, size: int = 16) -> SafeString:
    """Decorative: the text beside it carries the meaning."""
    return markup(
        '<svg class="icon" width="{0}" height="{0}" aria-hidden="true"><use href="{1}#{2}"/></svg>',
        size,
        static(ICONS),
        name,
    )


@register.simple_tag
def badge(kind: str, value: str, label: str = "") -> SafeString:
    """A state as icon, word and colour."""
    look = BADGES[kind].get(value)
    if look is None:  # of another version, and its label no more than the code
        look = Badge("neutral", "circle", quoted(value))
        label = "" if label == value else label
    return _drawn(look.tone, look.icon, str(label or look.label or value))


@lru_cache(maxsize=1024, typed=True)  # few states, many rows; a text is not the same as HTML
def _drawn(tone: str, icon_name: str, words: str) -> SafeString:
    shown = '<span class="badge badge--{}">{}<span>{}</span></span>'
    return markup(shown, tone, icon(icon_name, 13), words)


@register.simple_tag
def station(marks: Mapping[str, str], name: str, is_reached: object) -> SafeString:
    """Attributes of a station of the process line."""
    mark = marks.get(name, "reached" if is_reached else "ahead")
    current = mark_safe(' aria-current="step"') if name in marks else ""
    return markup(' class="chain__step chain__step--{}"{}', mark, current)


@register.simple_tag
def station_mark(marks: Mapping[str, str], name: str) -> SafeString | str:
    return badge("station", str(marks[name])) if name in marks else ""


@register.simple_tag
def row(table: Any, record: Any, is_swapped: bool = False) -> SafeString:
    """A row of a list; ``is_swapped`` into the page wherever it stands there."""
    drawn: SafeString = table.draw_row(record, is_swapped=is_swapped)
    return drawn


@register.simple_tag(takes_context=True)
def folded(context: dict[str, Any], rows: Iterable[Any], keep_last: int = 0) -> list[Any]:
    """The first of many rows, and as many of the last; all where the reader has asked for them."""
    found = list(rows)
    if len(found) <= MOST_LINES or context["request"].GET.get("lines") == "all":
        return found
    return found[: MOST_LINES - keep_last] + found[len(found) - keep_last :]


@register.simple_tag(takes_context=True)
def current(context: dict[str, Any], section: str) -> SafeString | str:
    return mark_safe(' aria-current="page"') if context.get("section") == section else ""


@register.simple_tag
def action(name: str, *args: Any) -> str:
    return reverse(f"sync:{name}", args=args)


@register.filter
def keep_words(value: str, length: int = 70) -> str:
    """Shortened with an ellipsis."""
    return value if len(value) <= length else f"{value[: length - 1].rstrip()}…"


@register.filter
def has(values: list[str], wanted: str) -> bool:
    return wanted in values


@register.filter
def pretty_json(value: Any) -> str:
    """A recorded request or answer, laid out for reading."""
    return json.dumps(value, indent=2, ensure_ascii=False)


@register.simple_tag
def tracking_link(parcels: dict[str, str], number: str) -> SafeString:
    """Linked to the carrier's page where one is known."""
    url = parcels.get(number, "")
    if not url.startswith(("https://", "http://")):
        return markup('<span class="number">{}</span>', number)
    return markup(
        '<a class="number" href="{}" rel="noopener noreferrer" target="_blank">{}'
        '<span class="visually-hidden"> (opens the page of the carrier)</span></a>',
        url,
        number,
    )

"""Which Magento version a shop runs, as far as we can tell, and which ones were tested.

No REST answer names the version. We have what the administrator states; the page
``/magento_version`` ("Magento/2.4 (Community)": no patch, and many shops switch it off); and
``row_total`` of an order's line, which is the row's up to 2.4.7 and the piece's from 2.4.8 on
(README "Versions" 1). It is read here as a sign of the version, and never anywhere as an amount.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sync.errors import UnexpectedRecord
from sync.magento.members import Members
from sync.magento.records import MagentoOrder, MagentoOrderItem
from sync.told import told

PROVED: Final = ("2.4.7-p3", "2.4.8-p1")  # tested against real shops of these versions
_ROW_TOTAL_CHANGED: Final = (2, 4, 8)
_HALF_A_CENT = Decimal("0.005")
_PAGE = re.compile(r"[\w-]{1,20}/\d+\.\d+ \([\w -]{1,20}\)")
_STATED = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-p\d+)?")
Release = tuple[int, int, int]
_PROVED_VERSIONS: Final = " and ".join(PROVED)
_NO_VERSION = told("{setting} is “{stated}”, no version such as {version}.")
_OTHERWISE = told("{stated} (as set), but the shop {otherwise}: correct {setting}.")
_OF_THIS_RELEASE = told(
    "{stated} (as set). Of this release the portal was proved against {versions}."
)
_NOT_PROVED = told("{stated} (as set): not proved. The portal was proved against {versions}.")
# By whether the shop's page tells a version, and whether its answers do.
_UNSTATED = {
    (True, True): told(
        "Not known exactly: its page says {page}, and it answers as {behaviour} do. The portal was "
        "proved against {versions}. Set {setting} to your shop's version."
    ),
    (True, False): told(
        "Not known exactly: its page says {page}. The portal was proved against {versions}. Set "
        "{setting} to your shop's version."
    ),
    (False, True): told(
        "Not known exactly: it answers as {behaviour} do. The portal was proved against "
        "{versions}. Set {setting} to your shop's version."
    ),
    (False, False): told(
        "Not known. The portal was proved against {versions}. Set {setting} to your shop's version."
    ),
}


@dataclass(frozen=True, slots=True)
class VersionNote:
    """In words, and whether the portal was tested against it (None: not known)."""

    words: str
    is_proved: bool | None


def version_on_page(text: str) -> str:
    """Empty where the text is that of another page."""
    plain = text.strip()
    return plain if _PAGE.fullmatch(plain) else ""


def behaves_as_2_4_8(orders: Iterable[MagentoOrder]) -> bool | None:
    """Or as a later version does; None where no line shows it."""
    told = [sign for order in orders for sign in _signs(order)]
    return any(told) if told else None


def version_note(stated: str, page: str, newer: bool | None, setting: str) -> VersionNote:
    """``stated`` by the administrator in ``setting``, ``page`` as the shop's page says, ``newer``
    as its answers show."""
    if not stated:
        return _unstated(page, newer, setting)
    release = _release(stated)
    if release is None:
        one = PROVED[-1]
        words = told(_NO_VERSION, setting=setting, stated=stated, version=one)
        return VersionNote(words, None)
    if otherwise := _otherwise(release, page, newer):
        words = told(_OTHERWISE, stated=stated, otherwise=otherwise, setting=setting)
        return VersionNote(words, None)
    if stated in PROVED:
        words = told("{stated} (as set). The portal was proved against it.", stated=stated)
        return VersionNote(words, True)
    if relatives := [one for one in PROVED if _release(one) == release]:
        words = told(_OF_THIS_RELEASE, stated=stated, versions=" and ".join(relatives))
        return VersionNote(words, True)
    return VersionNote(told(_NOT_PROVED, stated=stated, versions=_PROVED_VERSIONS), False)


def _unstated(page: str, newer: bool | None, setting: str) -> VersionNote:
    seen = (page != "", newer is not None)
    words = told(
        _UNSTATED[seen],
        page=page,
        behaviour=_behaviour(newer=bool(newer)),
        versions=_PROVED_VERSIONS,
        setting=setting,
    )
    return VersionNote(words, None)


def _otherwise(release: Release, page: str, newer: bool | None) -> str:
    if newer is not None and newer != (release >= _ROW_TOTAL_CHANGED):
        return told("answers as {behaviour} do", behaviour=_behaviour(newer=newer))
    major, minor, _patch = release
    if page.startswith("Magento/") and not page.startswith(f"Magento/{major}.{minor} "):
        return told("says {page}", page=page)
    return ""


def _behaviour(*, newer: bool) -> str:
    return told("2.4.8 and later") if newer else told("2.4.7 and earlier")


def _release(version: str) -> Release | None:
    found = _STATED.fullmatch(version)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _signs(order: MagentoOrder) -> Iterator[bool]:
    """For each line that shows it, whether its ``row_total`` differs from the row's amount."""
    for line, sent in zip(order.items, order.payload.get("items") or (), strict=True):
        row_total = _row_total(sent)
        if row_total is not None and _tells(line):
            yield abs(row_total - line.net_after_discount) >= _HALF_A_CENT


def _tells(line: MagentoOrderItem) -> bool:
    """A line of one piece, or a free one, looks the same in every version."""
    return line.qty_ordered > 1 and line.net_after_discount > 0


def _row_total(sent: dict[str, Any]) -> Decimal | None:
    if sent.get("row_total") is None:
        return None
    try:
        return Members(sent).amount("row_total")
    except UnexpectedRecord:
        return None

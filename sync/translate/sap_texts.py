"""Texts cut to SAP's field lengths, with every change recorded.

Limits: PARTNERADDRESSES (SAP sheet 2.2), which the SAP client takes for an address that has an
e-mail or does not fit the shorter inline fields; item text 40 (SAP sheet 2.1).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sync.magento.records import MagentoAddress
from sync.sap.records import SapAddress

REPLACEMENT = "?"
NAME = CITY = 40
STREET = 60  # STREET_LNG
POSTAL_CODE = 10
REGION = 3
TELEPHONE = 30
EMAIL = 241
SHORT_TEXT = 40


@dataclass(frozen=True, slots=True)
class TextCut:
    """A text that does not reach SAP whole; ``replaced`` counts characters SAP cannot hold."""

    field: str
    original_length: int
    limit: int
    replaced: int = 0


class TextFitter:
    """Fits texts into fields and records every change in ``cuts``."""

    def __init__(self) -> None:
        self.cuts: list[TextCut] = []

    def fit(self, field: str, text: str, limit: int) -> str:
        """One line of at most ``limit`` characters."""
        return self._fit(field, re.sub(r"\s+", " ", text).strip(), limit)

    def fit_note(self, field: str, text: str, limit: int) -> str:
        """As ``fit``, but keeps line breaks."""
        return self._fit(field, text.replace("\r\n", "\n").replace("\r", "\n").strip(), limit)

    def _fit(self, field: str, text: str, limit: int) -> str:
        """A letter and its accent take one character, so that a cut does not part them."""
        text = unicodedata.normalize("NFC", text)
        clean = "".join(letter if _is_held(letter) else REPLACEMENT for letter in text)
        replaced = sum(1 for letter in text if not _is_held(letter))
        if replaced or len(clean) > limit:
            self.cuts.append(TextCut(field, len(text), limit, replaced))
        return clean[:limit].rstrip()


def sap_address(
    fitter: TextFitter,
    address: MagentoAddress,
    *,
    label: str,
    email: str,
    language_iso: str,
    region_countries: frozenset[str],
) -> SapAddress:
    """``label`` (such as "ship-to") names the address in the cuts.

    A company is the name and the person the second name. All street lines go into one field. The
    region is sent only for countries where the shop's codes are SAP's own: a wrong one is refused.
    """
    person = f"{address.first_name} {address.last_name}".strip()
    name, name_2 = (address.company, person) if address.company.strip() else (person, "")
    street = ", ".join(line.strip() for line in address.street if line.strip())
    region = address.region_code if address.country_id in region_countries else ""
    return SapAddress(
        name=fitter.fit(f"{label} name", name, NAME),
        name_2=fitter.fit(f"{label} second name", name_2, NAME),
        street=fitter.fit(f"{label} street", street, STREET),
        postal_code=fitter.fit(f"{label} postal code", address.postcode, POSTAL_CODE),
        city=fitter.fit(f"{label} city", address.city, CITY),
        region=region if len(region) <= REGION else "",
        country_iso=address.country_id,
        telephone=fitter.fit(f"{label} telephone", address.telephone, TELEPHONE),
        email=fitter.fit(f"{label} e-mail", address.email or email, EMAIL),
        language_iso=language_iso,
    )


def _is_held(letter: str) -> bool:
    """No control characters, no halves of surrogate pairs, nothing outside the basic plane."""
    code = ord(letter)
    if letter == "\n":
        return True
    return 0x20 <= code <= 0xFFFD and not 0xD800 <= code <= 0xDFFF and not 0x7F <= code <= 0x9F

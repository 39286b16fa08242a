"""Partners read back: each difference names the field and both values."""

from __future__ import annotations

from dataclasses import replace

from sync.sap.records import SapAddress, SapPartner
from sync.translate.partner_comparison import partner_differences

ERIKA = SapAddress(
    name="Erika Muster", name_2="", street="Weg 1", postal_code="10115", city="Berlin", region="",
    country_iso="DE", telephone="030", email="", language_iso="DE",
)  # fmt: skip
SOLD_TO = SapPartner("AG", "0000099001", ERIKA)
SHIP_TO = SapPartner("WE", "0000099001", ERIKA)


def test_p1_16_partners_that_are_held_as_asked_do_not_differ() -> None:
    added_by_sap = SapPartner("RE", "0000099001")

    assert partner_differences([SOLD_TO, SHIP_TO], [SHIP_TO, SOLD_TO, added_by_sap]) == []


def test_p1_16_another_customer_differs() -> None:
    held = replace(SOLD_TO, customer_number="0000004711")

    assert partner_differences([SOLD_TO], [held]) == [
        {"field": "sold-to", "shop": "0000099001", "sap": "0000004711"}
    ]


def test_p1_16_an_address_that_differs_names_the_field_and_both_values() -> None:
    held = replace(SHIP_TO, address=replace(ERIKA, street="Weg 7", city="Köln"))

    assert partner_differences([SOLD_TO, SHIP_TO], [SOLD_TO, held]) == [
        {"field": "ship-to street", "shop": "Weg 1", "sap": "Weg 7"},
        {"field": "ship-to city", "shop": "Berlin", "sap": "Köln"},
    ]


def test_a_partner_sap_does_not_have_differs() -> None:
    assert partner_differences([SOLD_TO, SHIP_TO], [SOLD_TO]) == [
        {"field": "ship-to", "shop": "0000099001", "sap": ""}
    ]


def test_an_address_that_got_lost_differs_in_every_field_it_had() -> None:
    found = partner_differences([SOLD_TO, SHIP_TO], [SOLD_TO, replace(SHIP_TO, address=None)])

    assert [one["field"] for one in found] == [
        "ship-to name", "ship-to street", "ship-to postal code", "ship-to city", "ship-to country",
    ]  # fmt: skip


def test_leading_zeros_capitals_and_what_sap_has_no_room_for_do_not_differ() -> None:
    long = "Königstraße 12, Hinterhaus, 3. OG, c/o Müller"  # the 35th character is a blank
    asked = SapPartner("AG", "99001", replace(ERIKA, street=long))
    held = SapPartner("AG", "0000099001", replace(ERIKA, street=long[:35].strip(), city="BERLIN"))

    assert partner_differences([asked], [held]) == []


def test_what_a_system_does_not_tell_is_not_compared() -> None:
    silent = [replace(SOLD_TO, address=None), replace(SHIP_TO, address=None)]

    assert partner_differences([SOLD_TO, SHIP_TO], []) == []
    assert partner_differences([SOLD_TO, SHIP_TO], silent) == []


def test_a_text_is_cut_before_it_is_folded() -> None:
    """Folding makes two letters of ß; SAP shows the first 35 of what was sent."""
    street = "Straße des 17. Juni 135, Hinterhaus, 3. OG"
    asked = SapPartner("WE", "1", replace(ERIKA, street=street))
    held = SapPartner("WE", "1", replace(ERIKA, street=street[:35]))

    assert partner_differences([asked], [held]) == []

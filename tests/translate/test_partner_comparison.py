"""Partners read back: each difference names the field and both values."""

from __future__ import annotations

from dataclasses import replace

import pytest

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


STREET = "Straße des 17. Juni 135, Weißenhäuser Höfe, 3. OG"


@pytest.mark.parametrize(
    "held",
    [
        STREET,
        STREET[:35],
        STREET.upper()[:35],  # SAP makes SS of ß before it cuts
        STREET[:35].upper(),
        STREET[:35].lower(),
        f"  {STREET[:35]}  ",
        STREET.replace(" ", "  "),
        STREET.replace("ä", "a\u0308").replace("ö", "o\u0308"),
    ],
)
@pytest.mark.parametrize("field", ["name", "name_2", "street", "city"])
def test_sap_may_cut_capitalise_and_encode_a_text_in_its_own_way(field: str, held: str) -> None:
    asked = SapPartner("WE", "1", replace(ERIKA, **{field: STREET}))
    read = SapPartner("WE", "1", replace(ERIKA, **{field: held}))

    assert partner_differences([asked], [read]) == []


ODD = ["ﬁx Büro GmbH", "\u039f\u03b4\u03bf\u03c2", "\u0130zmir", "Jose\u0301"]


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("fold", [str, str.upper, str.lower])
def test_letters_that_fold_oddly_are_equal_to_themselves(name: str, fold: type[str]) -> None:
    asked = SapPartner("WE", "1", replace(ERIKA, name=name))
    read = SapPartner("WE", "1", replace(ERIKA, name=fold(name)))

    assert partner_differences([asked], [read]) == []


@pytest.mark.parametrize("held", ["", STREET[:20], STREET[:34], STREET[1:35], "Strase"])
def test_a_text_cut_elsewhere_differs(held: str) -> None:
    asked = SapPartner("WE", "1", replace(ERIKA, street=STREET))
    read = SapPartner("WE", "1", replace(ERIKA, street=held))

    assert partner_differences([asked], [read]) != []

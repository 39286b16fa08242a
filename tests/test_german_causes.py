"""What stops work is told in German too: causes, refusals, missing entries, differences, blocks."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import polib
import pytest
from django.utils.translation import override

from sync.causes.table import CAUSES
from sync.errors import MappingMissing, SyncError
from sync.magento.parsing import parse_order
from sync.magento.rights import where_to_tick
from sync.mapping_tables import MappingTable, MissingEntry
from sync.names.sap import billing_type_name, unit_with_code
from sync.sap.records import SapMessage
from sync.sap.refusals import SapFieldMissing, SapNotAuthorized
from sync.sap.returns import refuse
from sync.templatetags.retold import retold
from sync.told import told
from sync.translate.sap_hindrances import HELD_UP, hindrances
from sync.translate.sap_progress import LACKS_OF_UNIT
from tests.messages import catalogue
from tests.table_texts import table_texts

GERMAN = polib.pofile(str(catalogue()))
STOPPED = "Order {order} cannot go to SAP before these mappings are there: {names}."
TRANSLATED = {entry.msgid for entry in GERMAN.translated_entries()}


@pytest.fixture(autouse=True)
def german() -> Iterator[None]:
    with override("de"):
        yield


def error_of_order(**members: object) -> SyncError:
    with pytest.raises(SyncError) as stopped:
        parse_order({"entity_id": 17, **members})
    return stopped.value


def refused_by_sap(message_class: str, number: str, text: str) -> SyncError:
    message = SapMessage("E", message_class, number, text)
    with pytest.raises(SyncError) as stopped:
        refuse([message], function="BAPI_SALESORDER_CREATEFROMDAT2")
    return stopped.value


def test_every_cause_has_a_german_headline_and_remedy() -> None:
    texts = {text for cause in CAUSES.values() for text in (cause.headline, cause.remedy)}

    assert texts - TRANSLATED == set()
    assert [text for text in texts if retold(text) == text] == []


def test_every_text_of_a_table_is_translated() -> None:
    assert {text for text in table_texts() if text} - TRANSLATED == set()


def test_an_unreadable_record_is_retold_with_its_record_and_its_problem() -> None:
    message = error_of_order(increment_id=[]).message

    assert message == "The shop's order 17 cannot be read: increment_id is not a text."
    assert retold(message) == (
        "Bestellung 17 aus dem Shop ist nicht lesbar: increment_id ist kein Text."
    )


def test_what_sap_says_stays_as_it_said_it() -> None:
    error = refused_by_sap("V1", "382", "Material S-1 ist nicht definiert")

    assert retold(error.headline) == "SAP hat abgelehnt: V1 382"
    assert retold(error.remedy).startswith("Erweitern Sie das Material in SAP")
    assert retold(error.message) == (
        "Das Material ist in diesem Vertriebsbereich nicht angelegt. (SAP sollte den Auftrag "
        "anlegen und meldet V1 382: Material S-1 ist nicht definiert)"
    )


def test_a_right_that_is_missing_is_told_with_where_it_is_given() -> None:
    assert retold(SapNotAuthorized("RFC_READ_TABLE").message) == (
        "Dem SAP-Benutzer des Portals fehlt das Recht: eine Tabelle lesen (RFC_READ_TABLE)."
    )
    assert retold(SapFieldMissing("BAPI_X").message) == "In diesem SAP-System gibt es BAPI_X nicht."
    assert retold(where_to_tick("Magento_Sales::ship")).startswith(
        "Nötig ist das Recht Magento_Sales::ship: Kreuzen Sie im Admin des Shops"
    )


@pytest.mark.parametrize("table", MappingTable)
def test_a_missing_entry_is_told_in_german(table: MappingTable) -> None:
    for field in ("", *table.facts.may_lack):
        missing = MappingMissing("Order 1 stops.", table, "K-1", field)
        listed = told(STOPPED, order=1, names=_named(missing.entry))

        for text in (missing.headline, missing.remedy, listed):
            assert retold(text) != text
            assert "missing" not in retold(text).lower()
        assert "K-1" in retold(listed)


def _named(one: MissingEntry) -> str:
    return f"{one.description} “{one.named_key}”"


def test_the_field_that_an_entry_lacks_is_named_in_german() -> None:
    missing = MappingMissing("", MappingTable.SALES_AREA, "3", "freight_condition")

    assert retold(missing.headline) == "Fehlt: Frachtkondition für Storeview 3"
    assert retold(missing.remedy).startswith(
        "Tragen Sie in den Zuordnungen ein: Frachtkondition (Storeview)."
    )


@pytest.mark.parametrize(
    ("english", "shown"),
    [
        (told("item {item} net value", item=10), "Position 10: Nettowert"),
        ("item 10 price (PR00)", "Position 10: Preis (PR00)"),
        ("order freight (HD00)", "Auftrag: Fracht (HD00)"),
        ("ship-to postal code", "Warenempfänger: Postleitzahl"),
        ("ship-to", "Warenempfänger"),
        (unit_with_code("ST"), "Stück (ST)"),
        (billing_type_name("F2"), "Rechnung (F2)"),
        ("Check or money order (checkmo)", "Scheck oder Zahlungsanweisung (checkmo)"),
    ],
)  # fmt: skip
def test_what_differs_is_named_in_german(english: str, shown: str) -> None:
    assert retold(english) == shown


def test_what_is_not_billed_yet_is_told_with_its_unit() -> None:
    assert retold(told(LACKS_OF_UNIT, item=20, quantity=Decimal("2.5"), unit="cartons")) == (
        "Die Fakturen in SAP gehen noch nicht auf: Bei Position 20 fehlen 2.5 Kartons."
    )


def test_all_that_an_incomplete_order_holds_up_is_told_in_german() -> None:
    for kinds in ([], [*HELD_UP], ["picking"], ["delivery", "billing"]):
        (found,) = hindrances([], is_incomplete=True, incomplete_for=kinds)

        what = retold(found.what)
        assert retold(found.headline) == "In SAP unvollständig"
        assert what.endswith("der Rest läuft von selbst weiter.")
        assert not {"not", "and", "Sales"} & set(what.split())


def test_names_of_people_and_things_stay_as_they_are() -> None:
    message = told("The shop refused to {call}: {words}", call="make the invoice",
                   words="Item 4 is sold out.")  # fmt: skip

    assert retold(message) == (
        "Der Shop hat abgelehnt, als er die Rechnung anlegen sollte: Item 4 is sold out."
    )


def test_english_readers_read_what_is_stored() -> None:
    with override("en"):
        assert retold("The shop refused") == "The shop refused"

"""Home, Needs attention, Resolved and Master data in German: no text of theirs stays English."""

from __future__ import annotations

from collections.abc import Callable
from re import sub

import polib
import pytest
from django.core.cache import cache
from django.test import Client
from django.utils.html import escape

from sync.errors import MappingMissing
from sync.mapping_tables import MappingTable
from sync.models import Repair, Step, SyncTask
from sync.roles import SALES
from sync.views.causes import remedy_for
from tests.builders import a_sales_area, a_stopped_task, a_waiting_order
from tests.messages import catalogue

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
GERMAN = polib.pofile(str(catalogue()))
PAGES = ("/", "/attention/", "/attention/resolved/", "/master-data/")
SHORTEST = 8  # shorter texts are words of other things too


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def in_german(client: Client) -> Client:
    client.cookies["django_language"] = "de"
    return client


def stopped_orders() -> list[SyncTask]:
    a_sales_area()
    error = MappingMissing("No material for 24-MB01.", MappingTable.MATERIAL, "24-MB01")
    orders = [a_waiting_order("24-MB01", grand_total=100) for _ in range(3)]
    return [a_stopped_task(Step.PUSH_ORDER, one, shop=one.shop, error=error) for one in orders]


def left_in_english(page: str) -> list[str]:
    plain = [one for one in GERMAN.translated_entries() if "%(" not in one.msgid]
    texts = [one.msgid for one in plain if len(one.msgid) >= SHORTEST and one.msgstr != one.msgid]
    tight = sub(r"\s*([<>])\s*", r"\1", page)
    return [one for one in texts if f">{escape(one)}<" in tight]


@pytest.mark.parametrize("address", PAGES)
def test_no_text_of_a_page_stays_english(signed_in: SignIn, address: str) -> None:
    *_, newest = stopped_orders()
    client = in_german(signed_in(SALES))
    data = {"shop": newest.shop_id, "sku": "24-MB01", "material": "M-1"}
    client.post(f"/tasks/{newest.pk}/repair/", data)
    Repair.objects.update(state=Repair.State.HELD, said="No.")

    page = client.get(address).content.decode()

    assert left_in_english(page.split("<main")[1]) == []


def test_the_repair_of_a_card_is_told_in_german(signed_in: SignIn) -> None:
    *_, newest = stopped_orders()
    client = in_german(signed_in(SALES))

    card = client.get(f"/tasks/{newest.pk}/repair/").content.decode()
    data = {"shop": newest.shop_id, "sku": "24-MB01", "material": "M-1"}
    answer = client.post(f"/tasks/{newest.pk}/repair/", data, follow=True).content.decode()

    assert "Speichern und alle 3 senden" in card
    assert "Alle 3 wiederholen" in card
    assert "die anderen 2 folgen, sobald SAP sie annimmt." in answer


def test_the_team_keeps_its_name_in_code_and_is_told_in_german(signed_in: SignIn) -> None:
    """Who acts is compared by its English word."""
    [task, *_] = stopped_orders()

    [group] = in_german(signed_in(SALES)).get("/attention/").context["groups"]

    assert remedy_for(task).team == "Sales"
    assert group.is_ours
    assert "Vertrieb" in in_german(signed_in(SALES)).get("/").content.decode()


def test_the_checklist_of_a_new_portal_is_german(signed_in: SignIn) -> None:
    page = in_german(signed_in(SALES)).get("/").content.decode()

    assert "Erste Schritte" in page
    assert left_in_english(page.split("<main")[1]) == []

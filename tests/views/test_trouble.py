"""Trouble that is believed is told everywhere at once, with who does what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sync.models import FetchHealth, RemoteHealth, RemoteIdentity, Step, StepSchedule
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from tests.builders import a_shop
from tests.views.test_desk import SignIn, an_incident, page_of


def a_changed_shop() -> RemoteIdentity:
    """A shop that answers under another address than before."""
    return RemoteIdentity.objects.create(
        system="magento:demo", known={"base_url": "https://a.test"},
        seen={"base_url": "https://b.test"}, noticed_at=timezone.now(),
    )  # fmt: skip


TROUBLES: dict[str, tuple[Callable[[], Any], str]] = {
    "refuses": (
        lambda: RemoteHealth.objects.create(
            system="magento:demo", kind="refuses", opened_at=timezone.now(), last_error="HTTP 401"
        ),
        "The shop demo cannot be used since",
    ),
    "logon": (
        lambda: RemoteHealth.objects.create(
            system="sap", kind="logon", opened_at=timezone.now(), last_error="locked"
        ),
        "SAP refuses the portal&#x27;s logon since",
    ),
    "fetch": (
        lambda: FetchHealth.objects.create(
            step=Step.PULL_DELIVERIES, reference="sap", opened_at=timezone.now(),
            failing_since=timezone.now(), last_error="no list",
        ),
        "“Fetch deliveries” has brought nothing since",
    ),
    "changed": (a_changed_shop, "The shop demo looks like another shop since"),
}  # fmt: skip


@pytest.mark.parametrize("kind", list(TROUBLES))
@pytest.mark.parametrize("url", ["/trouble/", "/", "/connections/", "/queue/"])
def test_believed_trouble_is_told_everywhere(url: str, kind: str, signed_in: SignIn) -> None:
    make, words = TROUBLES[kind]
    make()

    assert words in page_of(signed_in(ADMINISTRATORS), url)


def test_what_the_remote_itself_explains_is_told_once(signed_in: SignIn) -> None:
    an_incident("sap")
    TROUBLES["fetch"][0]()

    assert "has brought nothing" not in page_of(signed_in(SALES), "/trouble/")


def test_an_administrator_says_that_a_changed_shop_is_wanted(signed_in: SignIn) -> None:
    a_shop(code="demo")
    changed, client = a_changed_shop(), signed_in(ADMINISTRATORS)
    assert "address https://b.test, until now https://a.test" in page_of(client, "/connections/")

    client.post(f"/connections/{changed.pk}/confirm/", {"change": changed.change})

    changed.refresh_from_db()
    assert (changed.known, changed.noticed_at) == ({"base_url": "https://b.test"}, None)
    assert changed.confirmed_by is not None


def test_only_the_change_that_was_read_is_confirmed(signed_in: SignIn) -> None:
    changed, client = a_changed_shop(), signed_in(ADMINISTRATORS)
    read = changed.change
    changed.seen = {"base_url": "https://c.test"}
    changed.save()

    told = client.post(f"/connections/{changed.pk}/confirm/", {"change": read}, follow=True)

    changed.refresh_from_db()
    assert changed.noticed_at is not None
    assert "Please look again." in told.content.decode()


@pytest.mark.parametrize("role", [SALES, LOGISTICS, FINANCE])
def test_nobody_else_may_confirm_a_changed_shop(role: str, signed_in: SignIn) -> None:
    changed = a_changed_shop()

    assert signed_in(role).post(f"/connections/{changed.pk}/confirm/").status_code == 403


def test_connections_says_when_each_fetch_was_good(signed_in: SignIn) -> None:
    shop = a_shop()
    FetchHealth.objects.create(
        step=Step.PULL_ORDERS, reference=f"shop:{shop.code}", shop=shop, consecutive_failures=2,
        last_good_at=timezone.now() - timedelta(minutes=3), failing_since=timezone.now(),
        last_error="HTTP 401",
    )  # fmt: skip

    page = page_of(signed_in(ADMINISTRATORS), "/connections/")

    assert "failed 2 times since" in page
    assert "HTTP 401" in page


def test_a_shop_that_is_switched_off_troubles_nobody(signed_in: SignIn) -> None:
    shop = a_shop(code="demo", is_active=False)
    TROUBLES["refuses"][0]()
    FetchHealth.objects.create(
        step=Step.PULL_ORDERS, reference="shop:demo", shop=shop, opened_at=timezone.now(),
        failing_since=timezone.now(), last_error="no list",
    )  # fmt: skip

    page = page_of(signed_in(ADMINISTRATORS), "/trouble/")

    assert "cannot be used" not in page
    assert "has brought nothing" not in page


@pytest.mark.django_db
def test_readyz_names_a_fetch_that_was_good_long_ago(client: Client) -> None:
    StepSchedule.objects.create(step=Step.PULL_BILLING, interval_seconds=30)
    FetchHealth.objects.create(
        step=Step.PULL_BILLING, reference="sap", last_good_at=timezone.now() - timedelta(hours=1)
    )

    told = client.get("/readyz")

    assert told.status_code == 503
    assert any(one.startswith("pull_billing sap, last good ") for one in told.json()["missing"])

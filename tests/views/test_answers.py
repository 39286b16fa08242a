"""What every answer carries, whoever asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from sync.magento.connections import new_session
from sync.roles import SALES
from sync.version import VERSION
from tests.builders import an_order_in_sap

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def test_no_page_with_a_customer_s_data_is_kept_by_the_browser(signed_in: SignIn) -> None:
    client, order = signed_in(SALES), an_order_in_sap()

    for page in ("/", "/orders/", order.get_absolute_url(), "/orders/export.csv", "/nothing/"):
        answer = client.get(page)
        assert answer["Cache-Control"] == "no-store", page
        assert "camera=()" in answer["Permissions-Policy"], page


def test_one_version_is_on_every_page_in_healthz_and_in_calls(signed_in: SignIn) -> None:
    assert VERSION in signed_in(SALES).get("/orders/").content.decode()
    assert Client().get("/healthz").json() == {"ok": True, "version": VERSION}
    assert new_session().headers["User-Agent"] == f"o2c-portal/{VERSION}"

"""The page that compares both sides: figures, and what nobody can explain first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from sync.models import CompletenessFinding, CompletenessRun
from sync.roles import SALES
from sync.views import completeness
from tests.builders import a_sales_order

SignIn = Callable[..., Client]


def test_what_nobody_can_explain_comes_first_and_everything_is_counted(signed_in: SignIn) -> None:
    order = a_sales_order()
    now = timezone.now()
    run = CompletenessRun.objects.create(
        shop=order.shop, window_from=now, window_to=now, finished_at=now, in_shop=12, in_sap=9
    )
    CompletenessFinding.objects.create(
        run=run, kind="not_in_sap", increment_id="000000001", reason="On hold in the shop"
    )
    CompletenessFinding.objects.create(
        run=run, kind="not_in_shop", increment_id="000000002", is_explained=False,
        sap_sales_order_number="0005000001",
    )  # fmt: skip

    page = signed_in(SALES).get("/completeness/").content.decode()

    assert page.index("0005000001") < page.index("On hold in the shop")
    assert "figure--danger" in page
    for figure in (">12<", ">9<", ">1<"):
        assert figure in page


def test_findings_that_are_not_listed_are_counted(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completeness, "MOST_FINDINGS", 2)
    order, now = a_sales_order(), timezone.now()
    run = CompletenessRun.objects.create(
        shop=order.shop, window_from=now, window_to=now, finished_at=now, in_shop=5, in_sap=0
    )
    for number in range(5):
        CompletenessFinding.objects.create(run=run, kind="not_in_sap", increment_id=f"{number}")

    page = signed_in(SALES).get("/completeness/").content.decode()

    assert "and 3 more" in page

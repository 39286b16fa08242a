"""Who did what, when and why: kept for ever, and shown to administrators."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group, User
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from sync.models import MaterialMapping, Step, StepSchedule
from sync.roles import ADMINISTRATORS, SALES
from sync.views.audit_words import CLICKED, KINDS
from tests.builders import a_sales_order, a_shop, a_stopped_task

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


A_CLICK, CHANGED = 3, 1


def trail(client: Client, **asked: str | int) -> list[dict[str, Any]]:
    return list(client.get("/audit/", asked).context["entries"])


def test_a_click_is_kept_with_who_and_a_decision_with_why(signed_in: SignIn) -> None:
    order, sales = a_sales_order(), signed_in(SALES)

    sales.post(reverse("sync:hold_order", args=[order.pk]), {"reason": "Unpaid bills"})

    [entry] = trail(signed_in(ADMINISTRATORS), action=A_CLICK)
    assert entry["did"] == "Held an order"
    assert entry["about"] == f"/orders/{order.pk}/hold/"
    assert entry["reason"] == "Unpaid bills"
    assert entry["who"] == User.objects.get(pk=sales.session["_auth_user_id"]).username
    assert entry["request"]


def test_a_retry_is_kept(signed_in: SignIn) -> None:
    task = a_stopped_task(Step.PUSH_ORDER, a_sales_order())

    signed_in(SALES).post(reverse("sync:retry_task", args=[task.pk]))

    assert [one["did"] for one in trail(signed_in(ADMINISTRATORS), action=A_CLICK)] == [
        "Retried a piece of work"
    ]


def test_what_is_refused_or_only_looked_at_is_not_kept(signed_in: SignIn) -> None:
    order, nobody = a_sales_order(), signed_in()

    nobody.post(reverse("sync:hold_order", args=[order.pk]), {"reason": "x"})
    nobody.get(order.get_absolute_url())

    assert trail(signed_in(ADMINISTRATORS), action=A_CLICK) == []


def test_a_mapping_s_values_before_and_after_are_kept(signed_in: SignIn) -> None:
    entry = MaterialMapping.objects.create(shop=a_shop(), sku="BAG", material="WRONG")
    admin = signed_in(ADMINISTRATORS)
    User.objects.update(is_staff=True)
    page = reverse("admin:sync_materialmapping_change", args=[entry.pk])
    form = admin.get(page).context["adminform"].form
    given = {name: form.initial.get(name) or "" for name in form.fields} | {"material": "MAT-1"}

    assert admin.post(page, given).status_code == 302

    told = trail(admin, action=CHANGED)
    changed = [one for one in told if "material: WRONG → MAT-1" in one["values"]]
    assert [one["did"] for one in changed] == ["Changed"]


def test_a_schedule_that_is_switched_and_its_next_run_are_told_apart(signed_in: SignIn) -> None:
    schedule = StepSchedule.objects.create(step=Step.PUSH_ORDER)
    before = LogEntry.objects.count()

    schedule.next_run_at = schedule.next_run_at.replace(year=2031)
    schedule.save()
    assert LogEntry.objects.count() == before
    schedule.is_enabled = False
    schedule.save()

    told = trail(signed_in(ADMINISTRATORS), action=CHANGED)
    [entry] = [one for one in told if one["values"] == ["is enabled: True → False"]]
    assert entry["who"] == "a command"


def test_a_person_s_rights_are_kept_and_no_password(signed_in: SignIn) -> None:
    person = User.objects.create_user("jane", password="first-secret-1")
    person.groups.add(Group.objects.get(name=SALES))
    person.set_password("second-secret-2")
    person.save()

    told = trail(signed_in(ADMINISTRATORS))

    values = [str(value) for one in told for value in one["values"]]
    assert "groups add: Sales" in values
    assert any(value.startswith("password: ") for value in values)
    assert not any("$" in value and "pbkdf2" in value for value in values)
    assert not any("secret" in value for value in values)


def test_the_database_refuses_to_change_the_trail() -> None:
    User.objects.create_user("jane")
    assert LogEntry.objects.exists()

    with pytest.raises(DatabaseError, match="neither changed nor deleted"), transaction.atomic():
        LogEntry.objects.update(object_repr="somebody else")
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match="neither changed"), transaction.atomic():
            LogEntry.objects.all().delete()


def test_people_are_deactivated_not_deleted(signed_in: SignIn) -> None:
    admin, jane = signed_in(ADMINISTRATORS), User.objects.create_user("jane")
    User.objects.filter(pk=admin.session["_auth_user_id"]).update(is_superuser=True, is_staff=True)

    assert admin.get(reverse("admin:auth_user_delete", args=[jane.pk])).status_code == 403


def test_only_administrators_see_it(signed_in: SignIn) -> None:
    for page in ("/audit/", "/audit/export.csv"):
        assert signed_in(SALES).get(page).status_code == 403
        assert signed_in(ADMINISTRATORS).get(page).status_code == 200
    assert "/audit/" not in signed_in(SALES).get("/").content.decode()


def test_it_is_narrowed_and_exported(signed_in: SignIn) -> None:
    sales, admin = signed_in(SALES), signed_in(ADMINISTRATORS)
    for reason in ("=HYPERLINK(1)", "Second"):
        order = a_sales_order()
        sales.post(reverse("sync:hold_order", args=[order.pk]), {"reason": reason})
    who = sales.session["_auth_user_id"]

    file = b"".join(admin.get("/audit/export.csv", {"actor": who, "action": A_CLICK}))

    rows = list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))
    assert [row["Reason"] for row in rows] == ["Second", "'=HYPERLINK(1)"]
    assert trail(admin, action=2) == []
    assert trail(admin, until="2020-01-01") == []


def test_it_costs_the_same_for_one_and_for_many(signed_in: SignIn) -> None:
    admin = signed_in(ADMINISTRATORS)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            admin.get("/audit/")
        return len(queries)

    User.objects.create_user("one")
    count()
    few = count()
    for number in range(30):
        User.objects.create_user(f"person {number}")

    assert count() == few


def test_no_words_are_for_an_address_that_is_gone() -> None:
    names = {getattr(one, "name", "") for one in get_resolver("sync.urls").url_patterns}
    gone = {one for one in CLICKED if not {f"{kind}{one}" for kind in ("", *KINDS)} & names}

    assert gone == set()


def test_an_entry_outlives_the_person_s_account_with_the_name(signed_in: SignIn) -> None:
    sales, order = signed_in(SALES), a_sales_order()
    sales.post(reverse("sync:hold_order", args=[order.pk]), {"reason": "Unpaid"})
    person = User.objects.get(pk=sales.session["_auth_user_id"])

    User.objects.filter(pk=person.pk).delete()

    [entry] = trail(signed_in(ADMINISTRATORS), action=A_CLICK)
    assert entry["who"] == person.username


def test_an_entry_is_given_to_nobody_else() -> None:
    jane = User.objects.create_user("jane")

    with pytest.raises(DatabaseError, match="neither changed nor deleted"), transaction.atomic():
        LogEntry.objects.update(actor=jane)


def test_a_click_that_cannot_be_kept_is_done_all_the_same_and_logged(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*args: Any, **values: Any) -> None:
        raise DatabaseError("disk full: Unpaid bills")

    order, sales = a_sales_order(), signed_in(SALES)
    monkeypatch.setattr(LogEntry.objects, "create", full)

    answer = sales.post(reverse("sync:hold_order", args=[order.pk]), {"reason": "Late"})

    assert answer.status_code == 302
    assert order.holds.standing().exists()
    assert "a click is not in the audit trail: DatabaseError" in caplog.text
    assert "Unpaid" not in caplog.text

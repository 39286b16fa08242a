"""A remote that is not the one it was: nothing goes on until an administrator says what it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from sync.jobs import work
from sync.jobs.sweep import sweep
from sync.models import RemoteIdentity, SalesOrder
from sync.models.identities import RemoteIdentityManager
from sync.sandbox.sap.exceptions import CommunicationError
from tests.builders import a_user
from tests.steps.odd_answers import ODD_ANSWERS, answer, instead
from tests.world import World, add_shop

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("stated", "is_proved", "words"),
    [
        ("2.4.8-p1", True, "2.4.8-p1 (as set). The portal was proved against it."),
        ("2.4.6", False, "2.4.6 (as set): not proved."),
        ("", None, "its page says Magento/2.4 (Community)"),
    ],
)
def test_p1_52_the_version_of_the_shop_is_kept_with_what_is_known_of_it(
    world: World, settings: Any, stated: str, is_proved: bool | None, words: str
) -> None:
    settings.MAGENTO = {"demo": {**settings.MAGENTO["demo"], "version": stated}}

    world.run(work.pull_orders(world.shop))

    world.shop.refresh_from_db()
    assert world.shop.version_is_proved is is_proved
    assert words in world.shop.version_words


def test_the_shops_own_orders_tell_the_version(world: World) -> None:
    world.place_only("simple")
    world.run(work.pull_orders(world.shop))
    RemoteIdentity.objects.update(checked_at=None)

    world.run(work.pull_orders(world.shop))

    world.shop.refresh_from_db()
    assert "it answers as 2.4." in world.shop.version_words


def elsewhere(world: World, **known: str) -> None:
    """The portal remembers other things than what answers now."""
    for one in RemoteIdentity.objects.all():
        one.known |= {name: value for name, value in known.items() if name in one.known}
        one.checked_at = None
        one.save()
    world.new_worker()


ANOTHER_SHOP = {"base_url": "http://former.test/rest/V1"}
OTHER_STORES = {"stores": "1 default, 7 fr"}
ANOTHER_SYSTEM = {"system_id": "QAS"}
ANOTHER_CLIENT = {"client": "200"}
CHANGES = [ANOTHER_SHOP, OTHER_STORES, ANOTHER_SYSTEM, ANOTHER_CLIENT]


@pytest.mark.parametrize("known", [ANOTHER_SHOP, OTHER_STORES])
def test_no_order_is_fetched_from_another_shop(world: World, known: dict[str, str]) -> None:
    world.run(work.pull_orders(world.shop))
    world.place_only("simple")
    elsewhere(world, **known)

    task = world.run(work.pull_orders(world.shop))

    assert task.state == "waiting"
    assert "The shop demo looks like another shop" in task.error_message
    assert next(iter(known.values())) in task.error_message
    assert not SalesOrder.objects.exists()


@pytest.mark.parametrize("known", [ANOTHER_SYSTEM, ANOTHER_CLIENT])
def test_nothing_is_written_to_another_sap(world: World, known: dict[str, str]) -> None:
    world.into_sap()
    order = world.place("simple")
    elsewhere(world, **known)

    task = world.run(work.push_order(order))

    assert task.state == "waiting"
    assert "SAP looks like another system" in task.error_message
    assert not world.sap_books(order)


@pytest.mark.parametrize("failure", [CommunicationError, OSError])
def test_a_session_nobody_could_recognise_is_not_used(
    world: World, monkeypatch: Any, failure: type[Exception]
) -> None:
    world.into_sap()
    order = world.place("simple")
    elsewhere(world, **ANOTHER_CLIENT)
    real, left = RemoteIdentityManager.recognise, [failure("gone")]

    def fails_once(self: Any, system: str, *args: Any, **more: Any) -> None:
        if system == "sap" and left:
            raise left.pop()
        real(self, system, *args, **more)

    monkeypatch.setattr(RemoteIdentityManager, "recognise", fails_once)
    first = world.run(work.push_order(order))
    again = world.run_task(first)

    assert "SAP looks like another system" in again.error_message
    assert not world.sap_books(order)


def noticed(world: World, known: dict[str, str]) -> SalesOrder:
    """An order in SAP, and a remote that has changed since, which a test has noticed."""
    order = world.into_sap()
    elsewhere(world, **known)
    world.run(work.try_connection(None if "base_url" not in known else world.shop))
    if known == OTHER_STORES:
        world.run(work.try_connection(world.shop))
    assert RemoteIdentity.objects.exclude(noticed_at=None).exists()
    return order


@pytest.mark.parametrize("known", CHANGES)
def test_a_change_stops_all_work_of_both_sides(world: World, known: dict[str, str]) -> None:
    order = noticed(world, known)
    calls = world.line.calls

    tasks = [world.run(wanted) for wanted in (
        work.push_order(order), work.confirm_order(order), work.pull_deliveries(order),
        work.pull_orders(world.shop), work.check_completeness(world.shop), work.dry_run(order),
    )]  # fmt: skip

    assert {task.state for task in tasks} == {"waiting"}
    assert world.line.calls == calls


@pytest.mark.parametrize("known", CHANGES)
def test_once_an_administrator_has_confirmed_it_all_goes_on(
    world: World, known: dict[str, str]
) -> None:
    order = noticed(world, known)
    task = world.run(work.pull_deliveries(order))
    for identity in RemoteIdentity.objects.exclude(noticed_at=None):
        assert identity.confirm(a_user("Administrators"), identity.change)

    sweep()
    world.work_off()

    task.refresh_from_db()
    assert task.state == "done"
    assert RemoteIdentity.objects.exclude(confirmed_by=None).exists()


@pytest.mark.parametrize("known", CHANGES)
def test_a_remote_that_is_itself_again_needs_no_word(world: World, known: dict[str, str]) -> None:
    order = noticed(world, known)
    for identity in RemoteIdentity.objects.exclude(noticed_at=None):
        identity.known = identity.seen  # the settings were corrected
        identity.save()
    person = a_user("Administrators")
    world.run(work.try_connection(), asked_by=person)
    world.run(work.try_connection(world.shop), asked_by=person)

    assert world.run(work.pull_deliveries(order)).state == "done"


def test_one_shop_that_has_changed_does_not_hold_up_another(world: World, tmp_path: Any) -> None:
    other = add_shop(world, tmp_path, "other")
    world.run(work.pull_orders(world.shop))
    world.run(work.pull_orders(other))
    identity = RemoteIdentity.objects.get(system="magento:demo")
    identity.noticed_at, identity.seen = timezone.now(), ANOTHER_SHOP
    identity.save()

    assert world.run(work.pull_orders(world.shop)).state == "waiting"
    assert world.run(work.pull_orders(other)).state == "done"


def test_an_integration_that_may_not_read_the_stores_works_all_the_same(world: World) -> None:
    with world.stand_in.store.writing() as books:
        books.set_setting("integration_rights", "Magento_Sales::actions_view")

    assert world.run(work.pull_orders(world.shop)).state == "done"
    assert RemoteIdentity.objects.get(system="magento:demo").known.get("stores", "") == ""


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize(
    "name", [name for name in ODD_ANSWERS if name not in ("a gateway", "slow down")]
)
def test_a_shop_that_does_not_tell_its_stores_is_read_all_the_same(
    world: World, monkeypatch: Any, name: str, is_known: bool
) -> None:
    if is_known:
        world.run(work.pull_orders(world.shop))
        RemoteIdentity.objects.update(checked_at=None)
    instead(monkeypatch, answer(name), lambda request: "storeViews" in str(request.url), 99)

    assert world.run(work.pull_orders(world.shop)).state == "done"
    assert not RemoteIdentity.objects.exclude(noticed_at=None).exists()


def test_the_stores_are_compared_once_an_hour(world: World) -> None:
    world.run(work.pull_orders(world.shop))
    first = world.line.calls
    world.run(work.pull_orders(world.shop))

    assert world.line.calls - first == 1

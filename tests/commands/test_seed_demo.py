"""The demo's people, shop and mappings."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.serializers import serialize

from sync.jobs.plan import OPEN_WORK
from sync.management.commands.seed_demo import PEOPLE
from sync.models import (
    CarrierMapping,
    CustomerMapping,
    IntakeRule,
    InvoiceMailRule,
    MaterialMapping,
    PaymentMapping,
    SalesArea,
    ShippingMapping,
    Shop,
    StepSchedule,
)

pytestmark = pytest.mark.django_db
SEEDED = [
    User,
    Shop,
    SalesArea,
    MaterialMapping,
    PaymentMapping,
    ShippingMapping,
    CarrierMapping,
    CustomerMapping,
    IntakeRule,
    InvoiceMailRule,
    StepSchedule,
]


def everything() -> str:
    return "".join(str(serialize("json", model._default_manager.all())) for model in SEEDED)


def test_seeding_twice_changes_nothing() -> None:
    call_command("seed_demo")
    before = everything()

    call_command("seed_demo")

    assert everything() == before


def test_seeding_keeps_what_a_person_changed() -> None:
    call_command("seed_demo")
    SalesArea.objects.filter(store_id=1).update(order_type="ZWEB")
    MaterialMapping.objects.filter(sku="S-001").update(material="OTHER")

    call_command("seed_demo")

    assert SalesArea.objects.get(store_id=1).order_type == "ZWEB"
    assert MaterialMapping.objects.get(sku="S-001").material == "OTHER"


@pytest.mark.parametrize(("name", "group"), PEOPLE.items())
def test_everyone_can_sign_in_with_their_role(name: str, group: str) -> None:
    call_command("seed_demo")

    user = authenticate(username=name, password=f"{name}-demo")

    assert user is not None
    assert list(Group.objects.filter(user=user).values_list("name", flat=True)) == [group]


def test_everything_automatic_is_switched_on() -> None:
    call_command("seed_demo")

    assert not StepSchedule.objects.filter(is_enabled=False).exists()
    assert StepSchedule.objects.count() == len(OPEN_WORK)

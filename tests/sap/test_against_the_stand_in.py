"""The client against the stand-in SAP, in one process: both were written from the same sheet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from sync.errors import OutcomeUnknown
from sync.sandbox.sap import billing, warehouse
from sync.sandbox.sap.connection import connect_in_process
from sync.sandbox.sap.system import SapSystem
from sync.sap.client import SapClient
from sync.sap.explanations import Kind
from sync.sap.options import SapOptions
from sync.sap.records import SapCondition, SapItemRequest, SapPartner, SapSalesOrderRequest
from sync.sap.refusals import SapFieldRefused, SapLocked, SapRejected, SapUpdateFailed
from sync.translate.comparison import simulated_differences
from tests.sap.builders import PARAMETERS, a_request, an_address

CUSTOMER, ONE_TIME = "10001", "99001"
ONE_TIME_PARTNERS = (SapPartner("AG", "99003", an_address()),)


@pytest.fixture(params=["S4", "ECC"])
def system(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SapSystem]:
    system = SapSystem(tmp_path, release=request.param)
    yield system
    system.close()


@contextmanager
def another_client(system: SapSystem) -> Iterator[SapClient]:
    client = SapClient(partial(connect_in_process, system), PARAMETERS, SapOptions())
    try:
        yield client
    finally:
        client.close()


@pytest.fixture
def client(system: SapSystem) -> Iterator[SapClient]:
    with another_client(system) as client:
        yield client


LONG = "A-VERY-LONG-MATERIAL-NUMBER-0001"


def an_order(material: str = "S-001") -> SapSalesOrderRequest:
    address = an_address(email="erika@example.com")
    return a_request(
        sales_organization="3000",
        distribution_channel="20",
        customer_reference_method="",
        payment_terms="",
        partners=(SapPartner("AG", CUSTOMER), SapPartner("WE", ONE_TIME, address)),
        items=(SapItemRequest(10, material, Decimal(2), "ST", "A thing", "42"),),
    )


def create(client: SapClient, material: str = "S-001") -> str:
    with client.unit_of_work() as unit:
        created = unit.create_sales_order(an_order(material))
        unit.commit()
    return created.sap_sales_order_number


def found(client: SapClient) -> list[str]:
    hits = client.search_sales_orders(
        "100000123", sold_to=CUSTOMER, sales_organization="3000", created_from=date(2020, 1, 1)
    )
    return [hit.sap_sales_order_number for hit in hits]


def test_a_committed_order_is_found_by_its_reference_and_reads_back_whole(
    client: SapClient,
) -> None:
    number = create(client)

    assert found(client) == [number]
    (order,) = client.get_sales_orders([number]).complete()
    assert (order.customer_reference, order.net_value) == ("100000123", Decimal("39.80"))
    assert order.items[0].customer_item_number == "42"


def test_an_order_never_committed_is_not_found(client: SapClient) -> None:
    with client.unit_of_work() as unit:
        unit.create_sales_order(an_order())

    assert found(client) == []


def test_a_refused_order_leaves_nothing_and_the_session_usable(client: SapClient) -> None:
    with pytest.raises(SapRejected), client.unit_of_work() as unit:
        unit.create_sales_order(an_order(material="NOPE"))

    assert found(client) == []


def test_a_dry_run_tells_the_price_and_saves_nothing(client: SapClient) -> None:
    simulation = client.simulate_sales_order(an_order())

    assert simulation.net_value == Decimal("39.80")
    assert found(client) == []


def test_a_dry_run_compares_line_by_line_before_anything_is_saved(client: SapClient) -> None:
    request = an_order()

    simulation = client.simulate_sales_order(request)

    assert simulated_differences(request, simulation, Decimal("0.01")) == []
    dearer = replace(request, conditions=(replace(request.conditions[0], value=Decimal(20)),))
    (element, *_) = simulated_differences(dearer, simulation, Decimal("0.01"))
    assert element == {"field": "item 10 price (PR00)", "shop": "40.00", "sap": "39.80"}


def test_a_long_material_goes_where_the_system_has_room_for_it(
    system: SapSystem, client: SapClient
) -> None:
    if system.release == "ECC":
        with pytest.raises(SapFieldRefused, match="longer than 18"):
            create(client, LONG)
        return
    number = create(client, LONG)
    warehouse.create_delivery(system, warehouse.DeliveryRequest([number]))

    (order,) = client.get_sales_orders([number]).complete()
    (delivery,) = client.search_deliveries(sap_sales_order_numbers=[number]).complete()

    assert (order.items[0].material, delivery.items[0].material) == (LONG, LONG)


@pytest.mark.parametrize(
    ("currency", "price", "total"),
    [("USD", "19.90", "39.80"), ("JPY", "1990", "3980"), ("KRW", "1990", "3980"),
     ("KWD", "1.995", "3.990")],
)  # fmt: skip
def test_amounts_are_real_in_every_format_whatever_the_decimals_of_the_currency(
    system: SapSystem, client: SapClient, currency: str, price: str, total: str
) -> None:
    condition = SapCondition(10, "PR00", Decimal(price), currency, unit="PCE")
    request = replace(an_order(), currency=currency, conditions=(condition,))
    with client.unit_of_work() as unit:
        number = unit.create_sales_order(request).sap_sales_order_number
        unit.commit()
    (delivery_number,) = warehouse.create_delivery(system, warehouse.DeliveryRequest([number]))
    warehouse.pick(system, delivery_number)
    warehouse.post_goods_issue(system, delivery_number, "DHL", ["1Z1"])
    billing.bill(system, billing.BillingRequest(deliveries=[delivery_number]))

    (order,) = client.get_sales_orders([number]).complete()
    (document,) = client.search_billing_documents(reference_documents=[delivery_number]).complete()
    simulation = client.simulate_sales_order(request)

    real = Decimal(total)
    assert (order.net_value, order.items[0].net_value) == (real, real)
    assert (document.net_value, document.items[0].net_value) == (real, real)
    assert (simulation.net_value, simulation.items[0].net_value) == (real, real)
    assert order.conditions[0].amount == real


def test_a_partial_bill_shows_its_own_quantity(system: SapSystem, client: SapClient) -> None:
    number = create(client)
    (delivery_number,) = warehouse.create_delivery(system, warehouse.DeliveryRequest([number]))
    warehouse.pick(system, delivery_number)
    warehouse.post_goods_issue(system, delivery_number, "DHL", ["1Z1"])
    part = {10: Decimal(1)}
    billing.bill(system, billing.BillingRequest(deliveries=[delivery_number], quantities=part))

    (document,) = client.search_billing_documents(reference_documents=[delivery_number]).complete()

    assert [item.quantity for item in document.items] == [Decimal(1)]


def test_p0_10_delivery_and_billing_lead_back_to_the_order_line(
    system: SapSystem, client: SapClient
) -> None:
    number = create(client)
    request = warehouse.DeliveryRequest([number], split_batches=True)
    (delivery_number,) = warehouse.create_delivery(system, request)
    warehouse.pick(system, delivery_number)
    warehouse.post_goods_issue(system, delivery_number, "DHL", ["1Z1", "1Z2"])
    billing.bill(system, billing.BillingRequest(deliveries=[delivery_number]))

    (delivery,) = client.search_deliveries(sap_sales_order_numbers=[number]).complete()
    (document,) = client.search_billing_documents(reference_documents=[delivery_number]).complete()

    assert delivery.picked_at_from_flow is not None
    assert [item.quantity for item in delivery.items] == [Decimal(2)]
    assert {second for _, second in delivery.handling_units} == {"1Z1", "1Z2"}
    assert document.category == "M"
    assert {(i.sap_sales_order_number, i.sap_item_number) for i in document.items} == {(number, 10)}
    assert sum(item.quantity for item in document.items) == Decimal(2)


@pytest.mark.parametrize(
    ("fault", "operation", "is_saved"),
    [
        ("lost_commit_answer", "", True),
        ("drop_after", "BAPI_TRANSACTION_COMMIT", True),
        ("drop_before", "BAPI_TRANSACTION_COMMIT", False),
        ("drop_after", "BAPI_SALESORDER_CREATEFROMDAT2", False),
        ("dump", "BAPI_SALESORDER_CREATEFROMDAT2", False),
    ],
)
def test_p0_01_after_a_doubtful_end_a_new_client_finds_what_sap_holds(
    system: SapSystem, client: SapClient, fault: str, operation: str, is_saved: bool
) -> None:
    client.ping()
    system.faults.arm(fault, operation=operation)

    with pytest.raises(OutcomeUnknown):
        create(client)

    assert not client.is_usable
    with another_client(system) as fresh:
        assert bool(found(fresh)) is is_saved


def test_a_locked_order_may_be_tried_again(system: SapSystem, client: SapClient) -> None:
    client.ping()
    system.faults.arm("locked")

    with pytest.raises(SapLocked):
        create(client)

    assert client.is_usable


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("F5 201", Kind.CLOSED_PERIOD),
        ("V4 115", Kind.DUPLICATE),
        ("VP 112", Kind.MISSING_MASTER_DATA),
        ("ZZ 001", Kind.BUSINESS),
    ],
)
def test_p1_22_a_refusal_is_classified_by_its_message(
    system: SapSystem, client: SapClient, key: str, kind: Kind
) -> None:
    system.faults.arm("message", key=key)

    with pytest.raises(SapRejected) as caught:
        create(client)

    assert caught.value.explanation.kind == kind
    assert caught.value.detail.startswith(key)
    assert found(client) == []


def test_an_order_saved_incomplete_says_so_before_and_after(client: SapClient) -> None:
    with client.unit_of_work() as unit:
        created = unit.create_sales_order(replace(an_order(), partners=ONE_TIME_PARTNERS))
        unit.commit()

    (order,) = client.get_sales_orders([created.sap_sales_order_number]).complete()

    assert (created.is_incomplete, order.is_incomplete) == (True, True)


def test_partners_go_by_their_internal_roles(client: SapClient) -> None:
    roles = ("AG", "WE", "RE", "RG")
    partners = tuple(SapPartner(role, CUSTOMER) for role in roles)
    with client.unit_of_work() as unit:
        created = unit.create_sales_order(replace(an_order(), partners=partners))
        unit.commit()

    (order,) = client.get_sales_orders([created.sap_sales_order_number]).complete()

    assert order.sold_to == f"00000{CUSTOMER}"


@pytest.mark.parametrize("role", ["SP", "SH", "BP", "PY"])
def test_external_roles_are_refused_where_internal_ones_are_meant(
    client: SapClient, role: str
) -> None:
    partners = (SapPartner("AG", CUSTOMER), SapPartner(role, CUSTOMER))

    with pytest.raises(SapRejected), client.unit_of_work() as unit:
        unit.create_sales_order(replace(an_order(), partners=partners))


def test_a_failed_update_is_looked_up_and_saves_nothing(
    system: SapSystem, client: SapClient
) -> None:
    system.faults.arm("commit_error")

    with pytest.raises(SapUpdateFailed):
        create(client)

    with another_client(system) as fresh:
        assert found(fresh) == []

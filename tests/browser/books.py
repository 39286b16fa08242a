"""What shop and SAP do while nobody looks: placed, cancelled, delivered and billed by script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

import requests

from sync.sandbox.portal_visitor import wait_for
from tests.running_demo import RunningDemo


def place(demo: RunningDemo, shape: str, count: int, **customer: str) -> list[str]:
    """The numbers of the new orders."""
    given = {"shape": shape, "count": count, **customer}
    return [one["increment_id"] for one in _post(f"{demo.shop}/sandbox/orders", **given)["orders"]]


def cancel(demo: RunningDemo, number: str) -> None:
    """In the shop's admin panel."""
    _post(f"{demo.shop}/sandbox/orders/{number}/cancel")


def in_sap(demo: RunningDemo, numbers: Collection[str]) -> dict[str, str]:
    """The SAP order of each web order, once all of them are there."""

    def found() -> dict[str, str] | None:
        references = _get(f"{demo.sap}/sandbox/references")
        held = {reference: sap_order for sap_order, reference in references.items()}
        return {one: held[one] for one in numbers} if set(numbers) <= held.keys() else None

    return wait_for(found, f"{len(numbers)} orders in SAP")


def deliver(demo: RunningDemo, sap_order: str) -> str:
    """The number of the delivery, not picked yet."""
    return str(_post(f"{demo.sap}/sandbox/orders/{sap_order}/deliveries")["deliveries"][0])


def reject(demo: RunningDemo, sap_order: str) -> None:
    """Every line rejected in SAP, and the delivery that has not left deleted."""
    _post(f"{demo.sap}/sandbox/orders/{sap_order}/reject")


def bill(demo: RunningDemo, sap_order: str) -> str:
    """Services, billed from the order; the number of the billing document."""
    return str(_post(f"{demo.sap}/sandbox/billing", order=sap_order)["billing_documents"][0])


def invoice_mails(demo: RunningDemo, numbers: Collection[str]) -> int:
    """How often each of the orders' invoices was mailed, where all were mailed equally often."""
    mails = _get(f"{demo.shop}/sandbox/mails")["mails"]
    sent = Counter(one["increment_id"] for one in mails if "Invoice" in one["subject"])
    often = {sent[number] for number in numbers}
    return often.pop() if len(often) == 1 else -1


def until_mailed(demo: RunningDemo, numbers: Collection[str], often: int) -> None:
    """Until each of the orders' invoices was mailed so often."""
    wait_for(lambda: invoice_mails(demo, numbers) == often, f"{often} mails of each invoice")


def _get(url: str) -> Any:
    answer = requests.get(url, timeout=20)
    answer.raise_for_status()
    return answer.json()


def _post(url: str, **body: Any) -> Any:
    answer = requests.post(url, json=body, timeout=60)
    answer.raise_for_status()
    return answer.json()

"""The two stand-ins seen from outside: their books, their clerks' buttons, their faults."""

from __future__ import annotations

import threading
from typing import Any

import requests

Books = dict[str, Any]
TIMEOUT_SECONDS = 20


class StandIn:
    """One stand-in's control API; safe from any thread."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._of_thread = threading.local()

    def get(self, path: str, **query: str) -> Any:
        """What it answers; ``requests.RequestException`` when it does not."""
        answer = self._session().get(
            f"{self.address}/sandbox/{path}", params=query, timeout=TIMEOUT_SECONDS
        )
        if answer.status_code == 404:
            return None
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, **body: Any) -> Any:
        """As ``get``; a refusal (409) comes as None: the clerk tries again later."""
        answer = self._session().post(
            f"{self.address}/sandbox/{path}", json=body, timeout=TIMEOUT_SECONDS
        )
        if answer.status_code == 409:
            return None
        answer.raise_for_status()
        return answer.json()

    def add_fault(self, kind: str, **values: Any) -> None:
        """Put a fault in force."""
        self.post("faults", kind=kind, **values)

    def faults(self) -> list[Books]:
        """What is in force."""
        return list(self.get("faults")["faults"])

    def clear_faults(self) -> None:
        """Take all faults away."""
        self._session().delete(f"{self.address}/sandbox/faults", timeout=TIMEOUT_SECONDS)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._of_thread, "session", None)
        if session is None:
            session = self._of_thread.session = requests.Session()
            session.trust_env = False
        return session


def sap_orders(sap: StandIn, increment_id: str) -> list[Books]:
    """Every SAP order that carries the web order's number."""
    return list(sap.get("orders", customer_reference=increment_id)["orders"])


def sap_references(sap: StandIn) -> dict[str, str]:
    """The customer reference of every SAP order there is, by the order's number."""
    return dict(sap.get("references"))


def web_order(shop: StandIn, increment_id: str) -> Books:
    """The shop's books of one order, with shipments, invoices and mails."""
    found: Books = shop.get("orders", increment_id=increment_id) or {}
    return found


def valid_bills(sap: Books) -> list[Books]:
    """The invoices of an order that nobody has cancelled."""
    return [
        one
        for one in sap["billing_documents"]
        if one["category"] == "M" and not one["is_cancelled"]
    ]

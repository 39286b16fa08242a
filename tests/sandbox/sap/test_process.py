"""The stand-in as a server: RFC over HTTP, control API, pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from sync.sandbox.sap import Connection, SapSystem, connect
from sync.sandbox.sap.exceptions import CommunicationError
from sync.sandbox.sap.http_server import SapServer, create_app

from .conftest import order

CREATE = "BAPI_SALESORDER_CREATEFROMDAT2"
LINE = ("S-001", "2", "10.00")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[SapServer]:
    system = SapSystem(tmp_path)
    server = SapServer(system, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server
    server.stop()
    thread.join()
    system.close()


def dial(server: SapServer) -> Connection:
    return connect(
        ashost="sap",
        sysnr="00",
        client="100",
        user="PORTAL",
        passwd="secret",
        lang="EN",
        standin_url=f"http://127.0.0.1:{server.port}",
    )


@pytest.fixture
def client(sap: SapSystem) -> FlaskClient:
    return create_app(sap).test_client()


def test_an_order_is_created_and_committed_over_http(served: SapServer) -> None:
    with dial(served) as connection:
        number = connection.call(CREATE, **order(LINE))["SALESDOCUMENT"]
        connection.call("BAPI_TRANSACTION_COMMIT", WAIT="X")
        answer = connection.call("BAPI_SALESORDER_GETSTATUS", SALESDOCUMENT=number)

    assert answer["STATUSINFO"][0]["PURCH_NO_C"] == "000000004"


def test_two_connections_are_two_sessions(served: SapServer) -> None:
    with dial(served) as first, dial(served) as second:
        number = first.call(CREATE, **order(LINE))["SALESDOCUMENT"]
        second.call("BAPI_TRANSACTION_COMMIT", WAIT="X")
        answer = second.call("BAPI_SALESORDER_GETSTATUS", SALESDOCUMENT=number)

    assert answer["RETURN"]["CODE"] == "V1302"


def test_an_answer_lost_on_the_wire_is_a_communication_error(served: SapServer) -> None:
    with dial(served) as connection:
        connection.call(CREATE, **order(LINE))
        served.system.faults.arm("lost_commit_answer")

        with pytest.raises(CommunicationError) as raised:
            connection.call("BAPI_TRANSACTION_COMMIT", WAIT="X")
        found = connection.call(
            "BAPI_SALESORDER_GETLIST",
            CUSTOMER_NUMBER="0000099001",
            SALES_ORGANIZATION="1000",
            PURCHASE_ORDER_NUMBER="000000004",
        )

    assert (raised.value.code, raised.value.key) == (1, "RFC_COMMUNICATION_FAILURE")
    assert len(found["SALES_ORDERS"]) == 1


def test_a_timeout_cancels_the_call(served: SapServer) -> None:
    with dial(served) as connection:
        with pytest.raises(CommunicationError) as raised:
            connection.call("RFC_PING", {"timeout": 0})

        assert (raised.value.code, raised.value.key) == (7, "RFC_CANCELED")
        assert connection.call("RFC_PING") == {}


def test_a_host_that_is_not_there_is_not_reached() -> None:
    with pytest.raises(CommunicationError, match="not reached"):
        connect(ashost="sap", user="U", passwd="p", standin_url="http://127.0.0.1:9")


def place(sap: SapSystem) -> str:
    from sync.sandbox.sap import connect_in_process

    with connect_in_process(sap) as connection:
        number: str = connection.call(CREATE, **order(LINE))["SALESDOCUMENT"]
        connection.call("BAPI_TRANSACTION_COMMIT", WAIT="X")
    return number


def test_the_control_api_plays_both_clerks(client: FlaskClient, sap: SapSystem) -> None:
    number = place(sap)

    delivery = client.post(f"/sandbox/orders/{number.lstrip('0')}/deliveries").get_json()[
        "deliveries"
    ][0]
    client.post(f"/sandbox/deliveries/{delivery}/pick")
    client.post(
        f"/sandbox/deliveries/{delivery}/goods-issue", json={"carrier": "UPS", "tracking": ["1Z1"]}
    )
    billed = client.post("/sandbox/billing", json={"delivery": delivery}).get_json()
    cancelled = client.post(f"/sandbox/billing/{billed['billing_documents'][0]}/cancel")
    books: Any = client.get("/sandbox/orders?customer_reference=000000004").get_json()

    found = books["orders"][0]
    assert cancelled.status_code == 200
    assert found["number"] == number
    assert found["deliveries"][0]["tracking"] == ["1Z1"]
    assert [d["category"] for d in found["billing_documents"]] == ["M", "N"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/sandbox/orders/1/deliveries", {}, 404),
        ("/sandbox/billing", {}, 400),
        ("/sandbox/faults", {"kind": "nonsense"}, 400),
        ("/sandbox/settings", {"x": 1}, 400),
    ],
)
def test_bad_requests_are_explained(
    client: FlaskClient, path: str, body: dict[str, Any], status: int
) -> None:
    answer = client.post(path, json=body)

    assert answer.status_code == status
    assert answer.get_json()["error"]


def test_what_is_not_possible_is_a_conflict(client: FlaskClient, sap: SapSystem) -> None:
    number = place(sap)
    client.post(f"/sandbox/orders/{number}/deliveries")

    assert client.post(f"/sandbox/orders/{number}/deliveries").status_code == 409


@pytest.mark.parametrize("path", ["/", "/sessions", "/faults", "/settings", "/?q=nothing"])
def test_every_page_says_that_it_is_no_real_sap(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 200
    assert "not a real SAP" in answer.text


def test_a_person_finds_and_ships_an_order_by_its_magento_number(
    client: FlaskClient, sap: SapSystem
) -> None:
    number = place(sap)

    page = client.get("/?q=000000004", follow_redirects=True)
    delivered = client.post(f"/orders/{number}/deliver", data={"q_10": "1"}, follow_redirects=True)
    shown = client.post(
        f"/orders/{number}/deliveries/0080000001/issue",
        data={"carrier": "DHL", "tracking": "JD01\r\nJD02"},
        follow_redirects=True,
    )

    assert "Sales order 5000001" in page.text
    assert "Delivery 80000001 created" in delivered.text
    assert "JD01, JD02" in shown.text


def test_a_refusal_of_the_warehouse_is_shown_on_the_page(
    client: FlaskClient, sap: SapSystem
) -> None:
    number = place(sap)

    shown = client.post(f"/orders/{number}/deliver", data={"q_10": "99"}, follow_redirects=True)

    assert "only 2 open" in shown.text

"""Which mails the shop sends, and what the calls claim."""

from __future__ import annotations

from typing import Any

from tests.sandbox.shop.conftest import Caller


def mails(caller: Caller, order: dict[str, Any]) -> list[dict[str, Any]]:
    answer = caller.http.get(f"/sandbox/mails?increment_id={order['increment_id']}").get_json()
    found: list[dict[str, Any]] = answer["mails"]
    return found


def setting(caller: Caller, **changes: Any) -> None:
    caller.http.post("/sandbox/settings", json=changes)


def test_a_new_order_is_confirmed_by_mail(caller: Caller) -> None:
    order = caller.place("simple")

    (mail,) = mails(caller, order)
    assert mail["subject"] == "Your Magento Test Store order confirmation"
    assert mail["recipient"] == order["customer_email"]
    assert order["email_sent"] == 1


def test_a_shipment_mail_names_carrier_and_track(caller: Caller) -> None:
    order = caller.place("simple")
    track = {"track_number": "BD-1", "title": "Blue Dart", "carrier_code": "custom"}

    caller.post(f"order/{order['entity_id']}/ship", {"notify": True, "tracks": [track]})

    mail = mails(caller, order)[0]
    assert mail["subject"] == "Your Magento Test Store order has shipped"
    assert "Blue Dart: BD-1" in mail["body"]


def test_a_marker_comment_is_not_in_the_mail(caller: Caller) -> None:
    order = caller.place("simple")
    comment = {"comment": "SAP delivery 0080001234", "is_visible_on_front": 0}

    caller.post(
        f"order/{order['entity_id']}/ship",
        {"notify": True, "appendComment": False, "comment": comment},
    )

    assert "0080001234" not in mails(caller, order)[0]["body"]
    shipments = caller.http.get(f"/sandbox/orders?increment_id={order['increment_id']}")
    assert shipments.get_json()["shipments"][0]["comments"][0]["comment"] == comment["comment"]


def test_no_notice_no_mail(caller: Caller) -> None:
    order = caller.place("simple")

    caller.post(f"order/{order['entity_id']}/ship")

    assert len(mails(caller, order)) == 1


def test_a_mail_type_switched_off_still_answers_true(caller: Caller) -> None:
    order = caller.place("simple")
    invoice = caller.post(f"order/{order['entity_id']}/invoice")
    setting(caller, mail_invoice=False)

    answer = caller.post(f"invoices/{invoice}/emails")

    assert answer is True
    assert len(mails(caller, order)) == 1


def test_a_dead_mail_server_is_admitted_only_for_a_first_mail(caller: Caller) -> None:
    order = caller.place("simple")
    invoice = caller.post(f"order/{order['entity_id']}/invoice", {"notify": True})
    shipment = caller.post(f"order/{order['entity_id']}/ship")
    setting(caller, mail_server_up=False)

    assert caller.post(f"invoices/{invoice}/emails") is True
    assert caller.post(f"shipment/{shipment}/emails") is False
    assert "email_sent" not in caller.get(f"shipment/{shipment}")
    assert len(mails(caller, order)) == 2


def test_a_notified_comment_is_stored_though_the_mail_server_is_dead(caller: Caller) -> None:
    order = caller.place("simple")
    setting(caller, mail_server_up=False)
    history = {"statusHistory": {"comment": "hello", "is_customer_notified": 1}}

    answer = caller.call("POST", f"orders/{order['entity_id']}/comments", history)

    assert answer.status_code == 400
    assert answer.get_json()["message"] == "Unable to send mail. Please try again later."
    assert caller.get(f"orders/{order['entity_id']}/comments")["total_count"] == 1


def test_queued_mails_go_out_with_cron(caller: Caller) -> None:
    order = caller.place("simple")
    setting(caller, async_sending=True)
    shipment = caller.post(f"order/{order['entity_id']}/ship", {"notify": True})
    assert caller.post(f"shipment/{shipment}/emails") is False
    assert "email_sent" not in caller.get(f"shipment/{shipment}")

    caller.http.post("/sandbox/cron")

    assert caller.get(f"shipment/{shipment}")["email_sent"] == 1
    assert all(mail["sent_at"] for mail in mails(caller, order))

"""What the shop does otherwise as Magento 2.4.8 than as 2.4.7; ``#n``: a row of differences.md."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync.sandbox.shop import factory
from sync.sandbox.shop.app import create_app
from sync.sandbox.shop.settings import BadSetting
from sync.sandbox.shop.versions import API_ACTIONS, CREATE, VERSIONS
from tests.sandbox.shop.conftest import Caller

SCRIPT = "a <ScRiPt type='x'>\nalert(1)</script> b"
PAYMENT = "Please provide payment for the order."


@pytest.fixture(params=VERSIONS)
def any_version(request: pytest.FixtureRequest, caller: Caller) -> Caller:
    caller.play_version(request.param)
    return caller


def is_newer(caller: Caller) -> bool:
    return caller.shop.version.name == "2.4.8"


def dec(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def state(caller: Caller, order: dict[str, Any]) -> str:
    return str(caller.get(f"orders/{order['entity_id']}")["state"])


def lines_of(caller: Caller, order: dict[str, Any], *quantities: float) -> dict[str, Any]:
    wanted = zip(order["items"], quantities, strict=False)
    return {"items": [{"order_item_id": i["item_id"], "qty": qty} for i, qty in wanted]}


# ---- which version
def test_the_newer_version_is_played_unless_another_is_asked_for(
    caller: Caller, tmp_path: Path
) -> None:
    older = create_app(tmp_path / "older", seed=False, version="2.4.7")

    assert caller.http.get("/sandbox/settings").get_json()["version"] == "2.4.8"
    assert older.extensions["shop"].version.name == "2.4.7"


def test_a_version_is_kept_until_another_start_asks_for_one(tmp_path: Path) -> None:
    create_app(tmp_path, seed=False, version="2.4.7")

    assert create_app(tmp_path, seed=False).extensions["shop"].version.name == "2.4.7"
    again = create_app(tmp_path, seed=False, version="2.4.8")
    assert again.extensions["shop"].version.name == "2.4.8"


def test_a_version_nobody_recorded_is_refused(caller: Caller, tmp_path: Path) -> None:
    answer = caller.http.post("/sandbox/settings", json={"version": "2.4.6"})

    assert (answer.status_code, answer.get_json()["error"]) == (
        400, "version is one of 2.4.7, 2.4.8",
    )  # fmt: skip
    with pytest.raises(BadSetting):
        create_app(tmp_path / "none", seed=False, version="2.4.9")


def test_the_version_is_chosen_on_the_settings_page_and_named_on_every_page(
    caller: Caller,
) -> None:
    page = caller.http.get("/settings").get_data(as_text=True)
    assert "<option selected>2.4.8</option>" in page
    assert API_ACTIONS in page

    caller.http.post("/settings", data={"version": "2.4.7"})

    after = caller.http.get("/settings").get_data(as_text=True)
    assert caller.shop.version.name == "2.4.7"
    assert "a recorded Magento 2.4.7" in after
    assert CREATE in after


def test_the_control_api_lists_the_rights_of_the_version(any_version: Caller) -> None:
    told = any_version.http.get("/sandbox/rights").get_json()

    assert told["version"] == any_version.shop.version.name
    assert (API_ACTIONS in told["rights"]) == is_newer(any_version)
    assert {CREATE, "Magento_Sales::ship"} <= set(told["rights"])


# ---- #1, #2: what a line costs
def sent_lines(caller: Caller, order: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The lines of an order as every route sends them."""
    number, search = order["entity_id"], "searchCriteria[filter_groups][0][filters][0]"
    query = f"{search}[field]={{}}&{search}[value]={number}"
    [listed] = caller.get(f"orders?{query.format('entity_id')}")["items"]
    assigned = listed["extension_attributes"]["shipping_assignments"][0]["items"]
    saved = caller.post("orders", {"entity": {"entity_id": number, "ext_order_id": "1"}})
    return [
        caller.get(f"orders/{number}")["items"],
        listed["items"],
        assigned,
        caller.get(f"orders/items?{query.format('order_id')}")["items"],
        [caller.get(f"orders/items/{item['item_id']}") for item in order["items"]],
        saved["items"],
    ]


@pytest.mark.parametrize("shape", ["coupon", "configurable", "bundle-dynamic", "eur-coupon"])
def test_every_route_sends_the_row_total_of_the_version(any_version: Caller, shape: str) -> None:
    order = any_version.place(shape)

    for lines in sent_lines(any_version, order):
        assert len(lines) == len(order["items"])
        for item in (*lines, *(i["parent_item"] for i in lines if "parent_item" in i)):
            for side in ("", "base_"):
                net = dec(item[f"{side}row_total_incl_tax"]) - dec(item[f"{side}tax_amount"])
                net -= dec(item.get(f"{side}discount_tax_compensation_amount"))
                unit = dec(item[f"{side}price"]) - dec(item.get(f"{side}discount_amount"))
                wanted = max(unit, Decimal(0)) if is_newer(any_version) else net
                assert abs(dec(item[f"{side}row_total"]) - wanted) < Decimal("0.0001")


def test_a_discount_above_the_price_of_a_piece_leaves_a_row_total_of_nothing(
    caller: Caller,
) -> None:
    order = caller.place("coupon")
    with caller.shop.store.writing() as books:
        stored = books.find("order", order["entity_id"]) or {}
        stored["items"][0].update(discount_amount=23.99, base_discount_amount=23.99)
        books.save("order", stored)

    item = caller.get(f"orders/{order['entity_id']}")["items"][0]

    assert item["row_total"] == item["base_row_total"] == 0


def test_a_display_with_tax_changes_the_row_total_of_the_newer_only(any_version: Caller) -> None:
    order = any_version.place("coupon")
    before = any_version.get(f"orders/{order['entity_id']}")["items"]

    any_version.shop.change_settings({"sales_prices_include_tax": True})

    for item, old in zip(
        any_version.get(f"orders/{order['entity_id']}")["items"], before, strict=True
    ):
        gross = dec(item["price_incl_tax"]) - dec(item["discount_amount"]) - dec(item["tax_amount"])
        assert item["row_total_incl_tax"] == old["row_total_incl_tax"]
        assert dec(item["row_total"]) == (
            max(gross, Decimal(0)) if is_newer(any_version) else dec(old["row_total"])
        )


def test_the_books_are_the_same_in_both_versions(caller: Caller) -> None:
    order = caller.place("coupon")
    path = f"/sandbox/orders?increment_id={order['increment_id']}"
    newer = caller.http.get(path).get_json()

    caller.play_version("2.4.7")

    assert caller.http.get(path).get_json() == newer
    sent = caller.get(f"orders/{order['entity_id']}")["items"]
    assert [i["row_total"] for i in newer["order"]["items"]] == [i["row_total"] for i in sent]


def test_an_edited_order_and_its_invoice_have_whole_rows(any_version: Caller) -> None:
    order = any_version.place("coupon")
    edited = factory.edit(any_version.shop, order["entity_id"])

    number = any_version.post(f"order/{edited['entity_id']}/invoice")

    invoice = any_version.get(f"invoices/{number}")
    assert invoice["grand_total"] == order["grand_total"]
    assert invoice["subtotal"] == order["subtotal"]


# ---- #3: rights
def test_saving_an_order_needs_the_right_of_the_version(any_version: Caller) -> None:
    needed, other = (API_ACTIONS, CREATE) if is_newer(any_version) else (CREATE, API_ACTIONS)
    probe: dict[str, Any] = {"entity": {}}
    any_version.shop.change_settings({"admin_rights": f"{other},Magento_Sales::actions_view"})

    refused = any_version.call("POST", "orders", probe)

    assert refused.status_code == 401
    assert refused.get_json()["parameters"] == {"resources": needed}
    any_version.shop.change_settings({"admin_rights": needed})
    answer = any_version.call("POST", "orders", probe)
    assert (answer.status_code, answer.get_json()) == (400, {"message": PAYMENT})


def test_the_other_route_of_a_save_keeps_its_right(any_version: Caller) -> None:
    any_version.shop.change_settings({"admin_rights": CREATE})

    assert any_version.call("PUT", "orders/create", {"entity": {}}).status_code == 400


# ---- #4, #10: the state
def half_refunded(caller: Caller) -> dict[str, Any]:
    """All invoiced, one piece of the first line given back, nothing shipped."""
    order = caller.place("simple")
    number = order["entity_id"]
    caller.post(f"order/{number}/invoice")
    nothing = dict.fromkeys(("shipping_amount", "adjustment_positive", "adjustment_negative"), 0)
    caller.post(f"order/{number}/refund", {**lines_of(caller, order, 1), "arguments": nothing})
    return order


def test_a_refunded_piece_completes_the_older_and_is_still_open_on_the_newer(
    any_version: Caller,
) -> None:
    order = half_refunded(any_version)
    number, first = order["entity_id"], order["items"][0]
    rest = [i["qty_ordered"] for i in order["items"]]
    rest[0] -= 1

    any_version.post(f"order/{number}/ship", lines_of(any_version, order, *rest))

    if is_newer(any_version):
        assert state(any_version, order) == "processing"
        any_version.post(f"order/{number}/ship", lines_of(any_version, order, 1))
        shipped = any_version.get(f"orders/{number}")["items"][0]["qty_shipped"]
        assert shipped == first["qty_ordered"]
    assert state(any_version, order) == "complete"


def test_a_piece_shipped_and_refunded_is_taken_off_once(any_version: Caller) -> None:
    order = any_version.place("simple")
    number, ordered = order["entity_id"], order["items"][0]["qty_ordered"]
    any_version.post(f"order/{number}/invoice")
    any_version.post(f"order/{number}/ship", lines_of(any_version, order, 1))
    any_version.post(f"order/{number}/refund", lines_of(any_version, order, 1))

    shipment = any_version.post(f"order/{number}/ship", lines_of(any_version, order, 400))

    [line] = any_version.get(f"shipment/{shipment}")["items"]
    assert line["qty"] == ordered - 1


def test_a_bundle_is_complete_too_early_on_the_older_only(any_version: Caller) -> None:
    order = any_version.place("bundle-fixed")
    number = order["entity_id"]
    any_version.post(f"order/{number}/invoice")

    any_version.post(f"order/{number}/ship", lines_of(any_version, order, 1))

    assert order["items"][0]["qty_ordered"] > 1
    assert state(any_version, order) == ("processing" if is_newer(any_version) else "complete")


@pytest.mark.parametrize(("due", "waits"), [(1.0, True), (0.99, False)])
def test_an_open_invoice_keeps_the_newer_from_complete_while_money_is_due(
    any_version: Caller, due: float, waits: bool
) -> None:
    order = any_version.place("simple")
    number = order["entity_id"]
    any_version.post(f"order/{number}/invoice")
    with any_version.shop.store.writing() as books:
        stored, (invoice,) = books.find("order", number) or {}, books.of_order("invoice", number)
        books.save("order", {**stored, "total_due": due})
        books.save("invoice", {**invoice, "state": 1})

    any_version.post(f"order/{number}/ship")

    stays = waits and is_newer(any_version)
    assert state(any_version, order) == ("processing" if stays else "complete")


# ---- #5, #6, #7, #8: comments
@pytest.mark.parametrize(
    ("path", "body", "member"),
    [
        ("orders/{}/comments", {"statusHistory": {"comment": SCRIPT}}, "comment"),
        ("order/{}/ship", {"comment": {"comment": SCRIPT}}, "comment"),
        ("order/{}/ship", {"tracks": [{"track_number": "1", "title": SCRIPT,
                                       "carrier_code": "custom"}]}, "title"),
        ("order/{}/invoice", {"comment": {"comment": SCRIPT}}, "comment"),
        ("orders", {"entity": {"entity_id": 0, "extOrderId": SCRIPT}}, "extOrderId"),
    ],
)  # fmt: skip
def test_a_script_element_is_refused_by_the_newer_only(
    any_version: Caller, path: str, body: dict[str, Any], member: str
) -> None:
    order = any_version.place("simple")
    if "entity" in body:
        body["entity"]["entity_id"] = order["entity_id"]

    answer = any_version.call("POST", path.format(order["entity_id"]), body)

    if is_newer(any_version):
        assert answer.status_code == 400
        assert answer.get_json() == {
            "message": '"%field_name" does not contains valid value.',
            "parameters": {"field_name": member},
        }
        books = any_version.http.get(f"/sandbox/orders?increment_id={order['increment_id']}")
        assert books.get_json()["shipments"] == books.get_json()["invoices"] == []
    else:
        assert answer.status_code == 200


@pytest.mark.parametrize("text", ["<b>bold</b>", "<script>", "</script><script>", "1 < 2"])
def test_other_markup_is_taken(any_version: Caller, text: str) -> None:
    order = any_version.place("simple")

    told = any_version.post(
        f"orders/{order['entity_id']}/comments", {"statusHistory": {"comment": text}}
    )

    assert told is True


def comment(caller: Caller, order: dict[str, Any], **more: str) -> Any:
    body = {"statusHistory": {"comment": "x", "is_customer_notified": 0, **more}}
    return caller.call("POST", f"orders/{order['entity_id']}/comments", body)


def test_an_orders_own_foreign_status_is_refused_by_the_newer_only(any_version: Caller) -> None:
    order = any_version.place("simple")
    any_version.post("orders", {"entity": {"entity_id": order["entity_id"], "status": "complete"}})

    own = comment(any_version, order, status="complete")

    assert own.status_code == (400 if is_newer(any_version) else 200)
    assert comment(any_version, order).status_code == 200
    assert comment(any_version, order, status="pending").status_code == 200
    assert any_version.get(f"orders/{order['entity_id']}")["status"] == "pending"


def test_the_refusal_of_a_status_is_one_line_on_the_newer(any_version: Caller) -> None:
    answer = comment(any_version, any_version.place("simple"), status="complete").get_json()

    assert answer["parameters"] == ["complete"]
    assert ("\n" in answer["message"]) != is_newer(any_version)


def test_the_newer_says_when_a_comment_of_a_document_was_written(any_version: Caller) -> None:
    order = any_version.place("simple")
    shipment = any_version.post(f"order/{order['entity_id']}/ship")
    invoice = any_version.post(f"order/{order['entity_id']}/invoice")

    for path, parent in ((f"shipment/{shipment}/comments", shipment),
                         ("invoices/comments", invoice)):  # fmt: skip
        told = any_version.post(path, {"entity": {"parent_id": int(parent), "comment": "x"}})
        assert ("created_at" in told) == is_newer(any_version)


# ---- #9, #11: mails
def queued_shipment(caller: Caller) -> str:
    """A shipment whose mail waits for cron, on a shop whose mail server is down."""
    order = caller.place("simple")
    caller.shop.change_settings({"async_sending": True, "mail_server_up": False})
    return str(caller.post(f"order/{order['entity_id']}/ship", {"notify": True}))


def test_the_newer_counts_the_attempts_of_a_queued_mail_and_gives_up(any_version: Caller) -> None:
    shipment = queued_shipment(any_version)
    told = []

    for _ in range(4):
        any_version.http.post("/sandbox/cron")
        told.append(any_version.get(f"shipment/{shipment}").get("email_sent"))
    any_version.shop.change_settings({"mail_server_up": True})
    any_version.http.post("/sandbox/cron")

    after = any_version.get(f"shipment/{shipment}").get("email_sent")
    assert told == ([-2, -1, 0, 0] if is_newer(any_version) else [None] * 4)
    assert after == (0 if is_newer(any_version) else 1)


def test_a_mail_that_failed_once_still_goes_out(any_version: Caller) -> None:
    shipment = queued_shipment(any_version)
    any_version.http.post("/sandbox/cron")

    any_version.shop.change_settings({"mail_server_up": True})
    sent = any_version.http.post("/sandbox/cron").get_json()["sent"]

    assert sent == 1
    assert any_version.get(f"shipment/{shipment}")["email_sent"] == 1


def test_mail_disabled_altogether_answers_true_and_sends_nothing(any_version: Caller) -> None:
    order = any_version.place("simple")
    shipment = any_version.post(f"order/{order['entity_id']}/ship")
    any_version.shop.change_settings({"mail_disabled": True})

    told = any_version.post(f"shipment/{shipment}/emails")

    mails = any_version.http.get(f"/sandbox/mails?increment_id={order['increment_id']}")
    assert told is True
    assert len(mails.get_json()["mails"]) == 1  # the order's, before
    flag = any_version.get(f"shipment/{shipment}").get("email_sent")
    assert flag == (None if is_newer(any_version) else 1)


# ---- in both
def decimal_order(caller: Caller) -> dict[str, Any]:
    """Two and a half pieces of 3.33, and 12.50 for the freight, as 248-118."""
    order = caller.place("simple")
    rows = {"row_total": 8.325, "row_total_incl_tax": 8.325, "price": 3.33, "price_incl_tax": 3.33}
    sums = {"subtotal": 8.325, "grand_total": 20.825, "shipping_amount": 12.5, "tax_amount": 0,
            "total_due": 20.83}  # fmt: skip
    with caller.shop.store.writing() as books:
        stored = books.find("order", order["entity_id"]) or {}
        stored["items"] = [
            {**stored["items"][0], **on_both_sides(rows), "qty_ordered": 2.5, "is_qty_decimal": 1}
        ]
        books.save("order", {**stored, **on_both_sides(sums), "total_qty_ordered": 2.5})
    return dict(caller.get(f"orders/{order['entity_id']}"))


def on_both_sides(amounts: dict[str, float]) -> dict[str, float]:
    return {f"{side}{name}": value for name, value in amounts.items() for side in ("", "base_")}


def test_decimal_pieces_go_out_in_part_and_their_invoice_is_in_cents(any_version: Caller) -> None:
    order = decimal_order(any_version)
    number = order["entity_id"]
    assert order["items"][0]["row_total_incl_tax"] == order["subtotal"] == 8.325

    part = any_version.post(f"order/{number}/invoice", lines_of(any_version, order, 1.5))
    shipment = any_version.post(f"order/{number}/ship", lines_of(any_version, order, 1.5))

    [invoiced] = any_version.get(f"invoices/{part}")["items"]
    [shipped] = any_version.get(f"shipment/{shipment}")["items"]
    after = any_version.get(f"orders/{number}")
    assert (invoiced["row_total"], shipped["qty"]) == (5, 1.5)
    assert after["grand_total"] == 20.825
    assert after["total_due"] == 3.33  # 20.825 - 17.50 = 3.325


@pytest.mark.parametrize("parts", [(2.5,), (1.5, 1), (0.5, 0.5, 0.5, 0.5, 0.5)])
def test_the_invoices_of_decimal_pieces_add_up_to_the_order(
    any_version: Caller, parts: tuple[float, ...]
) -> None:
    order = decimal_order(any_version)
    number = order["entity_id"]

    for quantity in parts:
        any_version.post(f"order/{number}/invoice", lines_of(any_version, order, quantity))

    after = any_version.get(f"orders/{number}")
    assert (after["total_invoiced"], after["total_due"]) == (20.825, 0)
    assert after["subtotal_invoiced"] == 8.325

"""Which exchanges are played against the stand-in shop, one after another, and from what state.

The recording leaves some calls out; a chain makes them in their place (``do``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sync.sandbox.shop.seed import without_progress
from sync.sandbox.shop.store import Books
from tests.exchanges.staging import (
    Line,
    as_placed,
    put,
    recorded_order,
    renumbered,
    set_clock,
    shown_order,
    simple_order,
    stored,
    under_numbers,
)
from tests.magento.recorded import exchange, version_of
from tests.sandbox.shop.conftest import Caller

Step = str | Callable[[Caller], object]
Stage = Callable[[Books], None]


def do(path: str, body: Any = None, method: str = "POST") -> Step:
    """A call the recording lacks; it must succeed."""

    def call(caller: Caller) -> None:
        answer = caller.call(method, path, body if body is not None else {})
        assert answer.status_code == 200, answer.get_json()

    return call


def switch(**settings: Any) -> Step:
    """A change of the shop's settings."""
    return lambda caller: caller.shop.change_settings(settings)


def after(name: str, value: int) -> Step:
    """Let a sequence go on behind a number that was used before."""

    def set_sequence(caller: Caller) -> None:
        with caller.shop.store.writing() as books:
            books.set_sequence(name, value)

    return set_sequence


def cron(caller: Caller) -> None:
    """The shop's mail cron job."""
    caller.shop.send_queued_mails()


def placed(*order_ids: int) -> Stage:
    """Seeded orders, as they were placed."""

    def stage(books: Books) -> None:
        for order_id in order_ids:
            as_placed(books, order_id)

    return stage


def shown(*names: str, as_is: bool = False) -> Stage:
    """The orders some exchanges show, as they were placed or as they are shown."""

    def stage(books: Books) -> None:
        for name in names:
            recorded_order(books, name, placed=not as_is)

    return stage


def numbered(*names: str) -> Stage:
    """The portal wrote its number to these orders before the first of the exchanges."""

    def stage(books: Books) -> None:
        for name in names:
            shown_now = exchange(name)["response"]["body"]
            order = books.find("order", shown_now["entity_id"]) or {}
            books.save("order", {**order, "ext_order_id": shown_now["ext_order_id"]})

    return stage


def before_its_capture(name: str) -> Stage:
    """The order an exchange shows captured in part, authorised only."""

    def stage(books: Books) -> None:
        shown_now = shown_order(name)
        order = without_progress(shown_now)
        order.update(state="processing", status="processing")
        order["status_histories"] = shown_now["status_histories"][-1:]
        order["payment"].pop("base_amount_paid_online")
        put(books, order)

    return stage


def gateway(answer: str) -> Step:
    """The gateway answers the next capture like this."""
    return lambda caller: caller.faults.add({"kind": "gateway", "answer": answer, "times": 1})


def refused(path: str, body: Any) -> Step:
    """A call the recording lacks, which is refused."""

    def call(caller: Caller) -> None:
        assert caller.call("POST", path, body).status_code == 400

    return call


def at_time_of(name: str) -> Step:
    """Let it be the time of that exchange for the calls the recording lacks."""
    return lambda caller: set_clock(caller.shop, exchange(name))


def made(order_id: int, *lines: Line, billing: int = 0, freight: str = "") -> Stage:
    """An order of simple lines."""
    order = partial(
        simple_order, order_id, list(lines), billing_address_id=billing, shipping=freight
    )
    return lambda books: put(books, order())


def like(name: str, order_id: int, *item_ids: int, billing: int = 0) -> Stage:
    """The order of an exchange under other numbers."""
    return lambda books: put(books, renumbered(name, order_id, list(item_ids), billing))


def configurable_order(books: Books) -> None:
    """Order 51: the seeded order 36 under other numbers."""
    order = books.find("order", 36)
    assert order is not None
    put(books, under_numbers(without_progress(order), 51, [580, 581], 98))


def mary(books: Books) -> None:
    """Order 58 is that of the customer whom 428 shows."""
    order = books.find("order", 58) or {}
    body = exchange("428")["response"]["body"]
    put(books, {**order, **{name: body[name] for name in ("customer_email", "billing_address")}})


def big(books: Books) -> None:
    """Order 26 of 251 lines, of which 192 shows what each costs."""
    body = exchange("192")["response"]["body"]
    lines = [
        Line(i["item_id"], i["sku"], i["qty_ordered"], str(i["price"]), str(i["tax_amount"]))
        for i in body["items"]
    ]
    order = simple_order(26, lines, shipping="5080")
    order["payment"].update(body["payment"])
    put(books, {**order, "total_item_count": len(lines)})


def lose(order_id: int, name: str) -> Step:
    """Set a quantity of an order back to 0, as a save at the same moment does [910, 919]."""

    def overwrite(caller: Caller) -> None:
        with caller.shop.store.writing() as books:
            order = books.find("order", order_id)
            assert order is not None
            order["items"][0][name] = 0
            books.save("order", order)

    return overwrite


def only_items(books: Books) -> None:
    """As many lines as 129 counts, all of one order."""
    for row in books.rows("SELECT order_id FROM order_item GROUP BY order_id"):
        books.delete("order", row["order_id"])
    books.rows("DELETE FROM order_item RETURNING item_id")
    total = exchange("129")["response"]["body"]["total_count"]
    put(books, simple_order(1, [Line(at, ONE, 1) for at in range(1, total + 1)]))


def two_numbers(books: Books) -> None:
    """Shipment 79, and another of the store with the number SAPDLV-2."""
    for entity_id, number in ((79, "000000079"), (80, "SAPDLV-2")):
        books.save("shipment", {
            "entity_id": entity_id, "increment_id": number, "store_id": 1, "order_id": 124,
            "created_at": "2026-11-23 10:47:20", "updated_at": "2026-11-23 10:47:20",
            "items": [], "tracks": [], "comments": [], "packages": [],
        })  # fmt: skip


@dataclass(frozen=True)
class Chain:
    """Exchanges in a row on one shop."""

    name: str
    steps: list[Step]
    stages: list[Stage] = field(default_factory=list)

    @property
    def version(self) -> str:
        """The version of the shop all its exchanges were recorded from."""
        (version,) = {version_of(step) for step in self.steps if isinstance(step, str)}
        return version


def all_of(text: str) -> list[Step]:
    """Exchanges one after another."""
    return list(text.split())


def track_body(number: str, title: str, code: str) -> dict[str, Any]:
    """A track of shipment 25, whose recording [272] is left out."""
    return {"entity": {"order_id": 41, "parent_id": 25, "track_number": number, "title": title,
                       "carrier_code": code}}  # fmt: skip


def lines(*pairs: tuple[int, float]) -> dict[str, Any]:
    """The body of a partial document."""
    return {"items": [{"order_item_id": item, "qty": qty} for item, qty in pairs]}


LOST_REPLY = {
    "comment": {"comment": "SAP delivery 0080007778", "is_visible_on_front": 0},
    "tracks": [{"track_number": "LOST-1", "title": "UPS", "carrier_code": "ups"}],
}
ONE, TWO = "S-001", "S-002"

CHAINS = [
    Chain("orders as they were placed", all_of("100 101 103 105 106 107 109 110 111 112 113 114 115 117"), [shown("100", as_is=True), placed(3, 4, 6, 7, 8, 10, 11, 12, 13, 14, 15, 17, 18)]),  # noqa: E501
    Chain("orders which are not seeded", all_of("102 104 108 800"), [shown("102", "104", "108", "800")]),  # noqa: E501
    Chain("orders placed later", all_of("801 804 805 806"), [shown("801", as_is=True), placed(484, 485, 486)]),  # noqa: E501
    Chain("an order with emoji", ["802"], [like("100", 482, 1235, 1236), lambda b: put(b, {**(b.find("order", 482) or {}), **exchange("802")["response"]["body"]})]),  # noqa: E501
    Chain("searches", all_of("138 146 150 151 160 161 166 167 170 171 172 173 175 178 179 180 184 190 196"), [placed(2), shown("104")]),  # noqa: E501
    Chain("a big order", all_of("192 876 877 878"), [big]),
    Chain("a page of items past the end", ["129"], [only_items]),
    Chain("items of an order", all_of("181 183"), [placed(3)]),
    Chain("ship all", all_of("200 201 202 203"), [placed(27)]),
    Chain("ship all with notice, tracks and comment", all_of("206 207 208 209"), [placed(29)]),
    Chain("ship in parts", all_of("210 211 212 213 214 215"), [placed(30)]),
    Chain("ship a held order", all_of("232 335")),
    Chain("ship a canceled order", all_of("233 336")),
    Chain("ship a virtual order", all_of("234"), [placed(33)]),
    Chain("ship a mixed order", ["235", do("order/34/ship"), "237"], [like("108", 34, 545, 546)]),
    Chain("ship a configurable", ["238", "239", do("order/35/ship", lines((547, 1))), "241", "242"], [placed(35)]),  # noqa: E501
    Chain("ship a bundle piece by piece", all_of("245 246 247 248 249 250 251"), [placed(37)]),
    Chain("ship a bundle together", all_of("252 253 254 255"), [placed(38)]),
    Chain("ship with odd quantities and ids", all_of("216 218 219 220 221 222 224 225 227 229 260 261 262 263 264 265 266 267 268"), [placed(40)]),  # noqa: E501
    Chain("tracks", [do("order/41/ship", lines((565, 2))), after("track", 7), "270", "271", do("shipment/track", track_body("BD-77", "Blue Dart", "bluedart")), "273", "274", "275", "277", "278", "279", "280", "282", "287", "288", "289", "290"], [made(41, Line(565, ONE, 2), Line(566, TWO, 1), billing=79), lambda b: b.set_sequence("shipment", 24)]),  # noqa: E501
    Chain("ship what is not there", all_of("230 286 291 283 285 300")),
    Chain("the dangerous save of a shipment", [after("shipment", 25), after("shipment:increment:1", 25), "293", "294", "295", "296", after("shipment", 27), do("order/43/ship", {**lines((569, 3)), "tracks": [{"track_number": "T1", "title": "UPS", "carrier_code": "ups"}]}), "297", "298", do("order/42/ship", lines((568, 1))), "301", "302"], [made(42, Line(567, ONE, 3), Line(568, TWO, 1)), made(43, Line(569, ONE, 3), Line(570, TWO, 1), billing=83)]),  # noqa: E501
    Chain("a shipment number which is taken", ["920"], [two_numbers]),
    Chain("invoice all", all_of("310 311 312 313 357 358 359 360"), [shown("312")]),
    Chain("invoice with capture, then ship", ["315", "316", "317", "318", "319", "363", "364", after("invoice_comment", 3), "371", do("invoices/comments", {"entity": {"parent_id": 2, "comment": "note to the customer", "is_customer_notified": 1, "is_visible_on_front": 1}}), "373", "374", switch(mail_invoice=False), "368"], [placed(45), lambda b: b.set_sequence("invoice:increment:1", 1)]),  # noqa: E501
    Chain("invoice in parts", [after("invoice:increment:1", 2), "320", "321", "322", "323", "324", "325", "326", do("order/46/invoice", lines((575, 1.5))), "328", "329", "330", "332", "333"], [made(46, Line(574, ONE, 6), Line(575, TWO, 4), billing=89)]),  # noqa: E501
    Chain("invoice a virtual order", all_of("337 338"), [placed(49)]),
    Chain("invoice a free order", all_of("339"), [placed(50)]),
    Chain("invoice a configurable", all_of("341 342 343 344"), [configurable_order]),
    Chain("invoice bundles", all_of("345 346 347 348 349 350"), [placed(52)]),
    Chain("invoice in EUR", all_of("352 353"), [placed(53)]),
    Chain("invoice a purchase order", all_of("354 355 356"), [placed(54)]),
    Chain("invoice what is not there", all_of("334 362 367 376")),
    Chain("invoice gross prices", all_of("809 810"), [placed(484)]),
    Chain("an invoice with SAP's number", [after("invoice", 18), do("order/56/invoice"), "377", "378", "379", "380"], [made(56, Line(592, ONE, 2), billing=108)]),  # noqa: E501
    Chain("coupon order from start to end", ["101", "840", "841", "842", "843", "844", "845", "846", "847"], [placed(3)]),  # noqa: E501
    Chain("EUR order from start to end", all_of("110 848 849 850"), [placed(11)]),
    Chain("configurable order from start to end", [do("order/19/invoice"), "851", "852"], [shown("102")]),  # noqa: E501
    Chain("fixed bundle, complete too early", [do("order/6/invoice"), do("order/6/ship", lines((13, 1))), "853", "881", "882"], [placed(6)]),  # noqa: E501
    Chain("free order shipped only", all_of("856 857"), [placed(15)]),
    Chain("mixed order from start to end", [do("order/9/ship"), do("order/9/invoice"), "858"], [shown("108")]),  # noqa: E501
    Chain("hold a purchase order", all_of("112 854 855"), [placed(18)]),
    Chain("cancel an order", ["117", do("orders/17/cancel"), "859"], [placed(17)]),
    Chain("order comments and moves", ["400", "401", "402", "403", "404", "405", "406", do("orders/57/comments", {"statusHistory": {"is_customer_notified": 0, "is_visible_on_front": 0}}), "408", do("orders/57/comments", {"statusHistory": {"comment": '<b>bold</b><script>alert(1)</script> & <a href="http://x.test">link</a>', "is_customer_notified": 0, "is_visible_on_front": 1}}), "410", "411", "412", "413", "414", "415", "416", "418", "419", do("orders/57/comments", {"statusHistory": {"comment": "while on hold", "is_customer_notified": 0, "is_visible_on_front": 0}}), "421", "422", "423", "424", "425", "426"], [placed(57)]),  # noqa: E501
    Chain("cancel a partly invoiced order", [do("order/58/invoice", lines((595, 1))), "427", "428"], [made(58, Line(595, ONE, 2), Line(596, TWO, 3)), mary]),  # noqa: E501
    Chain("cancel a shipped order", [do("order/509/ship"), "460", "461"], [made(509, Line(1283, ONE, 2))]),  # noqa: E501
    Chain("cancel and hold an invoiced order", [do("order/511/invoice"), "464", "465", "466"], [made(511, Line(1285, ONE, 2))]),  # noqa: E501
    Chain("external number", all_of("429 430 431 432 445 446"), [placed(59)]),
    Chain("external number by PUT", all_of("435 436 437"), [shown("435", as_is=True)]),
    Chain("odd order saves", ["441", do("orders", {"entity": {"entity_id": 61, "ext_order_id": "0004711002"}}), "442", "443", "444", "447"], [placed(61)]),  # noqa: E501
    Chain("external number of a virtual order", all_of("452 453"), [shown("453")]),
    Chain("refund", ["500", after("invoice", 22), do("order/69/invoice"), do("order/69/ship"), "501", "502", "503", "504", "505", "506", "507", "508", "510", "516"], [placed(69)]),  # noqa: E501
    Chain("ship after a refused refund", ["515"], [like("110", 70, 622, 623)]),
    Chain("refund unshipped", [do("order/497/invoice"), "517", "518", "519"], [placed(497)]),
    Chain("bad requests", all_of("530 531 532 533 535 536 537 540 542 543 544 546 548 549 550 552 554 614"), [placed(2)]),  # noqa: E501
    Chain("a comment without its flag ships the order", ["541"], [placed(2)]),
    Chain("limited lists", [switch(input_limit_enabled=True, complex_array_limit=20), "560"]),
    Chain("limited pages", [switch(input_limit_enabled=True, maximum_page_size=100), "557"]),
    Chain("maintenance", [switch(maintenance=True), "561", "562"]),
    Chain("stores", all_of("600 601 602 603 604 605 608 610 611")),
    Chain("mails are queued", [do("order/489/invoice"), after("invoice", 335), switch(async_sending=True), "814", "815", "817", cron, "819"], [made(489, Line(1251, ONE, 1)), lambda b: b.set_sequence("invoice", 334)]),  # noqa: E501
    Chain("the mail server is down", [after("invoice", 334), do("order/490/invoice", {"notify": True}), after("invoice:increment:1", 340), switch(mail_server_up=False), "821", "822", "823", after("invoice", 349), do("order/493/invoice", {"notify": True}), "825", "826", switch(mail_server_up=True), "827", "828", switch(mail_server_up=False), "829", "830"], [made(490, Line(1252, ONE, 1)), made(493, Line(1256, ONE, 1)), made(495, Line(1258, ONE, 1))]),  # noqa: E501
    Chain("lost quantities", [after("shipment", 381), do("order/492/ship"), lose(492, "qty_shipped"), "917", "918"], [made(492, Line(1255, ONE, 2), billing=979)]),  # noqa: E501
    Chain("lost quantities of an invoice", [do("orders/494/comments", {"statusHistory": {"comment": "SAP order 0004718889", "is_customer_notified": 0, "is_visible_on_front": 0}}), after("invoice", 350), do("order/494/invoice"), lose(494, "qty_invoiced"), "919", "919b"], [made(494, Line(1257, ONE, 2))]),  # noqa: E501
    Chain("a lost reply", [after("shipment", 380), do("order/491/ship", LOST_REPLY), "930", "932"], [made(491, Line(1253, ONE, 2), Line(1254, TWO, 1), billing=977)]),  # noqa: E501
    Chain("a lost reply of an invoice", [after("invoice", 64), do("order/129/invoice", {"comment": {"comment": "SAP invoice 0090007777", "is_visible_on_front": 0}}), "931"], [placed(129)]),  # noqa: E501
]  # fmt: skip


def refund(item: int) -> dict[str, Any]:
    """One piece back, and nothing for the freight."""
    nothing = dict.fromkeys(("shipping_amount", "adjustment_positive", "adjustment_negative"), 0)
    return {**lines((item, 1)), "arguments": nothing}


RMA = {
    **lines((176, 1)), "notify": True, "appendComment": True, **refund(176),
    "comment": {"comment": "Return RMA 77", "is_visible_on_front": 1},
}  # fmt: skip
BACK = {"comment": "back to pending", "is_customer_notified": 0, "is_visible_on_front": 0,
        "status": "pending"}  # fmt: skip
NOTED = {"comment": "SAP order 0004711000", "is_customer_notified": 0, "is_visible_on_front": 0}


def together(books: Books) -> None:
    """Order 53: the bundle of 248-106, but the one that ships together."""
    order = renumbered("248-106", 53, [110, 111, 112])
    order["items"][0].update(sku="B-DYNT-S-001-S-TAX2", product_id=14)
    put(books, order)


def bundle_and_configurable(books: Books) -> None:
    """Order 123: the bundle of 248-106 and the first configurable of 248-105."""
    order = renumbered("248-106", 123, [271, 272, 273])
    more = renumbered("248-105", 123, [274, 275, 276, 277])
    put(books, {**order, "items": order["items"] + more["items"][:2]})


def ext_order(books: Books) -> None:
    """Order 83, of which 248-430 shows what a save shows."""
    body = exchange("248-430")["response"]["body"]
    order = renumbered("248-101", 83, [175])
    shown = {n: body[n] for n in ("items", "billing_address", "billing_address_id", "payment")}
    put(books, {**order, **shown, "created_at": body["created_at"], "increment_id": "000000078"})


def one_item(books: Books) -> None:
    """The order of the item 248-183 shows; it has no other."""
    item = exchange("248-183")["response"]["body"]
    order = renumbered("248-101", item["order_id"], [item["item_id"]])
    put(books, stored("248-183", {**order, "items": [item]}))


def newer(text: str) -> list[Step]:
    """Exchanges of 2.4.8, by the numbers behind 248."""
    return [f"248-{number}" for number in text.split()]


PLACED = "101 103 104 105 106 108 109 110 111 113 114 115 116 118 119 120 121 123 381 393 398"
NEWER_CHAINS = [
    Chain("2.4.8: orders as they were placed", newer(f"{PLACED} 395 396"), [shown(*(f"248-{number}" for number in PLACED.split()), as_is=True)]),  # noqa: E501
    Chain("2.4.8: an item", newer("183"), [one_item]),
    Chain("2.4.8: searches", newer("138 148 149 161 166 167 173 178 179 190 196"), [shown("248-202")]),  # noqa: E501
    Chain("2.4.8: ship all", [do("order/48/ship"), *newer("202 203")], [shown("248-202"), numbered("248-202")]),  # noqa: E501
    Chain("2.4.8: ship in parts, and tracks", [*newer("210 211 282 216 215"), do("order/49/ship"), "248-213", after("track", 37), *newer("270 277 279 280 287 289")], [shown("248-103", as_is=True), numbered("248-211")]),  # noqa: E501
    Chain("2.4.8: ship a configurable", newer("227 239 238 242"), [shown("248-105", as_is=True), numbered("248-242")]),  # noqa: E501
    Chain("2.4.8: ship a bundle piece by piece", newer("246 248"), [shown("248-106", as_is=True), numbered("248-248")]),  # noqa: E501
    Chain("2.4.8: ship a bundle together", newer("253 252"), [together]),
    Chain("2.4.8: ship and invoice a virtual order", newer("234 337 338"), [shown("248-109", as_is=True), numbered("248-338")]),  # noqa: E501
    Chain("2.4.8: ship a mixed order", [do("order/57/ship"), "248-237"], [shown("248-110", as_is=True), numbered("248-237")]),  # noqa: E501
    Chain("2.4.8: ship a decimal quantity", newer("218 219"), [shown("248-118", as_is=True)]),
    Chain("2.4.8: what is not there", newer("230 286 291 367 376 410 426 445 510")),
    Chain("2.4.8: invoice all", [after("invoice", 55), do("order/50/invoice"), *newer("311 312 313")], [shown("248-104", as_is=True), numbered("248-312")]),  # noqa: E501
    Chain("2.4.8: invoice in parts", newer("326 328 329 320 321 322 332 333 371 363"), [shown("248-111", as_is=True), numbered("248-322")]),  # noqa: E501
    Chain("2.4.8: invoice in EUR with a coupon", newer("352 353 354"), [shown("248-354"), numbered("248-354")]),  # noqa: E501
    Chain("2.4.8: invoice a decimal quantity", newer("335 336"), [shown("248-119", as_is=True)]),
    Chain("2.4.8: invoice bundles by their parents", newer("347 349 350"), [shown("248-350"), numbered("248-350")]),  # noqa: E501
    Chain("2.4.8: invoice a bundle by its parts", newer("342 348"), [bundle_and_configurable]),
    Chain("2.4.8: invoice an authorised order without capture", newer("381 382 383"), [shown("248-381", as_is=True)]),  # noqa: E501
    Chain("2.4.8: capture what was invoiced without", newer("382 386"), [shown("248-381", as_is=True)]),  # noqa: E501
    Chain("2.4.8: invoice an authorised order with capture", newer("387 388"), [like("248-381", 86, 180, 181, billing=169)]),  # noqa: E501
    Chain("2.4.8: capture a part", newer("391 392"), [before_its_capture("248-392"), numbered("248-392")]),  # noqa: E501
    Chain("2.4.8: a declined capture", [gateway("declined"), refused("order/88/invoice", {"capture": True}), *newer("395 396")], [shown("248-393", as_is=True)]),  # noqa: E501
    Chain("2.4.8: invoice what was captured when placed", newer("397 398"), [shown("248-398", as_is=True)]),  # noqa: E501
    Chain("2.4.8: order comments and moves", [do("orders/82/comments", {"statusHistory": NOTED}), *newer("403 405 411 413 414 415 416 232 340 419 421")], [shown("248-415"), numbered("248-415")]),  # noqa: E501
    Chain("2.4.8: cancel", newer("422 423 233 341"), [shown("248-423"), numbered("248-423")]),
    Chain("2.4.8: external number", newer("430 432"), [ext_order]),
    Chain("2.4.8: refund", ["248-500", "248-345", after("creditmemo", 3), do("order/84/refund", RMA), *newer("502 503 504 511"), do("order/84/refund"), *newer("505 507 508 519")], [shown("248-502"), numbered("248-502")]),  # noqa: E501
    Chain("2.4.8: ship with odd quantities and ids, then cancel", [at_time_of("248-224"), do("order/120/ship", lines((263, 1.5))), *newer("224 263 220 214 221 266"), do("order/120/invoice", lines((263, 1))), *newer("427 428")], [shown("248-266")]),  # noqa: E501
    Chain("2.4.8: hold and cancel a partly shipped order", newer("459 465 466 467 460 461"), [shown("248-461")]),  # noqa: E501
    Chain("2.4.8: from invoice to complete, and a number too long", [*newer("357 360 318"), do("orders", {"entity": {"entity_id": 122, "ext_order_id": "1234567890" * 4}}), "248-448"], [shown("248-448")]),  # noqa: E501
    Chain("2.4.8: refund before the shipment", [do("order/125/invoice"), *newer("520 521 522")], [shown("248-522")]),  # noqa: E501
    Chain("2.4.8: refund after a shipment", [do("order/127/invoice"), *newer("524 525 526 527")], [shown("248-526")]),  # noqa: E501
    Chain("2.4.8: a status foreign to the state, and scripts", [*newer("441 442 404 406"), do("orders/128/comments", {"statusHistory": BACK}), *newer("409 408 226 228 268")], [shown("248-409")]),  # noqa: E501
    Chain("2.4.8: one of two shipped, the other refunded", ["248-535", do("order/130/ship", lines((286, 1))), *newer("537 538 545 546")], [shown("248-538")]),  # noqa: E501
    Chain("2.4.8: one of two refunded, the other shipped", ["248-541", do("order/131/refund", refund(287)), *newer("543 544")], [shown("248-544")]),  # noqa: E501
    Chain("2.4.8: bad requests", newer("530 531 533 540"), [shown("248-202")]),
]  # fmt: skip
CHAINS += NEWER_CHAINS

# Searches whose answer says what was in the shop: it is filled with just that.
LISTS = [
    "009", "130", "131", "132", "133", "135", "137", "139", "140", "142", "143", "144", "145",
    "147", "148", "152", "153", "155", "157", "158", "162", "163", "165", "168", "187", "188",
    "195", "197", "199", "284", "433", "558",
    "248-009", "248-130", "248-132", "248-144", "248-147", "248-168", "248-171", "248-195",
]  # fmt: skip

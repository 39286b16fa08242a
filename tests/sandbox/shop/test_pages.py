"""The shop's own pages."""

from __future__ import annotations

import pytest

from tests.sandbox.shop.conftest import Caller


@pytest.mark.parametrize(
    "path",
    ["/", "/?q=2000000001", "/?q=nothing-like-it", "/?page=9", "/place", "/mails", "/mails/1",
     "/mails?order=000000001", "/faults", "/settings", "/order/000000018", "/order/3000000002"],
)  # fmt: skip
def test_every_page_opens_and_says_what_it_is(caller: Caller, path: str) -> None:
    answer = caller.http.get(path)

    assert answer.status_code == 200
    assert "not a real Magento" in answer.get_data(as_text=True)


def test_an_order_placed_on_the_page_is_listed(caller: Caller) -> None:
    placed = caller.http.post("/place", data={"shape": "umlauts", "lastname": "<i>Öz</i>"})

    assert "000000489" in placed.get_data(as_text=True)
    listed = caller.http.get("/").get_data(as_text=True)
    assert "&lt;i&gt;Öz&lt;/i&gt;" in listed


def test_the_order_page_shows_tracks_marker_and_mails(caller: Caller) -> None:
    order = caller.place("simple")
    track = {"track_number": "BD-7", "title": "Blue Dart", "carrier_code": "custom"}
    comment = {"comment": "SAP delivery 0080001234", "is_visible_on_front": 0}
    caller.post(
        f"order/{order['entity_id']}/ship", {"tracks": [track], "comment": comment, "notify": True}
    )

    page = caller.http.get(f"/order/{order['increment_id']}").get_data(as_text=True)

    for text in ("BD-7", "SAP delivery 0080001234", "order has shipped"):
        assert text in page


def test_settings_are_kept(caller: Caller) -> None:
    caller.http.post("/settings", data={"mail_server_up": "on", "write_seconds": "0"})

    settings = caller.http.get("/sandbox/settings").get_json()
    assert settings["mail_server_up"] is True
    assert settings["mail_invoice"] is False


@pytest.mark.parametrize("path", ["/order/000999999", "/mails/99999", "/nowhere"])
def test_what_is_not_there_is_said_on_a_page(caller: Caller, path: str) -> None:
    answer = caller.http.get(path)

    assert answer.status_code == 404
    assert "Nothing here" in answer.get_data(as_text=True)


def test_faults_are_set_and_taken_away_on_the_page(caller: Caller) -> None:
    caller.http.post("/faults", data={"kind": "server_error", "times": "2", "operation": "ship"})
    assert len(caller.faults.listed()) == 1

    caller.http.post("/faults", data={"action": "clear"})

    assert caller.faults.listed() == []


def test_a_fault_without_its_time_is_explained(caller: Caller) -> None:
    answer = caller.http.post("/faults", data={"kind": "latency", "seconds": "0"})

    assert answer.status_code == 400
    assert "needs seconds" in answer.get_data(as_text=True)


def test_text_settings_are_kept_and_a_wrong_one_is_refused(caller: Caller) -> None:
    good = {"two_factor": "forced", "integration_rights": "Magento_Sales::actions_view"}
    assert caller.http.post("/sandbox/settings", json=good).status_code == 200

    wrong = caller.http.post("/sandbox/settings", json={"two_factor": "by pigeon"})

    assert wrong.status_code == 400
    kept = caller.http.get("/sandbox/settings").get_json()
    assert (kept["two_factor"], kept["integration_rights"]) == tuple(good.values())
    assert "Two-factor login" in caller.http.get("/settings").get_data(as_text=True)


def test_staff_edit_cancel_and_hold_an_order_on_its_page(caller: Caller) -> None:
    old, other = caller.place("simple"), caller.place("simple")
    page, number = f"/order/{old['increment_id']}/{old['entity_id']}", old["increment_id"]

    edited = caller.http.post(f"{page}/edit", follow_redirects=True).get_data(as_text=True)
    refused = caller.http.post(f"{page}/hold")
    held = caller.http.post(
        f"/order/{other['increment_id']}/{other['entity_id']}/hold", follow_redirects=True
    ).get_data(as_text=True)

    not_edited = caller.http.post(f"/order/{other['increment_id']}/{other['entity_id']}/edit")

    assert f"Order {number}-1" in edited
    assert not_edited.status_code == 409  # it is on hold
    assert caller.http.get(f"/order/{other['increment_id']}-1").status_code == 404
    assert f'Replaces <a href="/order/{number}"' in edited
    assert refused.status_code == 409
    assert "Release" in held


def test_staff_give_an_order_a_status_of_the_shops_own_and_take_it_back(caller: Caller) -> None:
    number = caller.place("price-check")["increment_id"]
    page, control = f"/order/{number}", f"/sandbox/orders/{number}"
    assert "Price is right" in caller.http.get(page).get_data(as_text=True)

    assert caller.http.post(f"{control}/release").status_code == 200
    assert "Check price" in caller.http.get(page).get_data(as_text=True)
    assert caller.http.post(f"{control}/release").status_code == 409

    assert caller.http.post(f"{control}/check").status_code == 200
    assert "Price is right" in caller.http.get(page).get_data(as_text=True)

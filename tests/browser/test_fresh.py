"""What changes by itself leaves the reader alone: focus, typed text, open details, scroll stay."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import scenes
from tests.browser.desks import Desks
from tests.browser.scenes import row_of

pytestmark = [pytest.mark.browser, pytest.mark.flow]

IDLE = "00:31"  # longer than an idle page waits before it asks
STAYED = "window.stayed === true"
NOTE_STAY = "window.stayed = true"
SCRIPTS = "document.head.innerHTML"
FOCUSED = "document.activeElement?.id"

WATCHER = '<div id="watcher" hx-get="/part/" hx-trigger="every 60s" hidden></div>'
WATCHER_AT_REST = '<div id="watcher" hidden></div>'
IS_POLLING = "!!document.getElementById('watcher')['htmx-internal-data']?.timeout"

PART = """
<section id="part" hx-get="/part/" hx-trigger="now from:body" hx-swap="outerHTML">
  {first}
  <p id="said">{said}</p>
  <details id="more"{open}><summary id="about">More</summary>
    <div id="long" style="height: 60px; overflow: auto"><div style="height: 900px">long</div></div>
  </details>
  <form><label>Comment <input id="comment" name="comment" value=""></label>
    <textarea id="text" name="text"></textarea>
    <select id="choice" name="choice"><option>one</option><option>two</option></select>
    <input type="checkbox" id="tick" name="tick"></form>
  <ul>{rows}</ul>
</section><div style="height: 3000px"></div>
"""


def _part(said: str, rows: str, *, first: str = "", is_open: bool = False) -> str:
    items = "".join(f'<li id="row-{one}"><button id="b-{one}">{one}</button></li>' for one in rows)
    return PART.format(said=said, rows=items, first=first, open=" open" if is_open else "")


def _a_page_with(desks: Desks, part: str) -> Page:
    """A page with the portal's scripts, and a part that can be fetched anew."""
    page = desks.person("sales", "/orders/")
    scripts = page.evaluate(SCRIPTS)
    html = f'<html><head>{scripts}</head><body hx-ext="morph"><main id="content" tabindex="-1">'
    page.route(
        "**/made-up/", lambda route: route.fulfill(body=html + part, content_type="text/html")
    )
    page.goto(f"{desks.demo.portal}/made-up/")
    page.evaluate(NOTE_STAY)
    return page


def _change_to(page: Page, part: str) -> None:
    def answer(route: Route) -> None:
        route.fulfill(body=part, content_type="text/html")

    page.route("**/part/", answer)
    page.evaluate("htmx.trigger(document.body, 'now')")


def test_focus_typed_text_open_details_and_scroll_survive_a_change(desks: Desks) -> None:
    page = _a_page_with(desks, _part("before", "abc"))
    page.locator("#about").click()
    page.locator("#long").evaluate("it => { it.scrollTop = 120 }")
    page.locator("#text").fill("half a sentence")
    page.locator("#choice").select_option("two")
    page.locator("#tick").check()
    page.locator("#comment").press_sequentially("a commnt")
    page.locator("#comment").evaluate("it => it.setSelectionRange(6, 6)")
    page.evaluate("window.scrollTo(0, 90)")

    _change_to(page, _part("after", "xcab", first="<p class='callout'>New on top</p>"))
    expect(page.locator("#said")).to_have_text("after")
    page.keyboard.type("e")  # where the cursor stood

    assert page.locator("#comment").input_value() == "a comment"
    assert page.locator("#text").input_value() == "half a sentence"
    assert page.locator("#choice").input_value() == "two"
    expect(page.locator("#tick")).to_be_checked()
    expect(page.locator("#more")).to_have_attribute("open", "")
    assert page.locator("#long").evaluate("it => it.scrollTop") == 120
    assert page.locator("li").all_inner_texts() == ["x", "c", "a", "b"]
    assert page.evaluate(STAYED)


def test_the_focus_moves_on_when_what_had_it_is_gone(desks: Desks) -> None:
    page = _a_page_with(desks, _part("before", "abc"))
    page.locator("#b-b").focus()

    _change_to(page, _part("after", "ac"))

    expect(page.locator("#said")).to_have_text("after")
    assert page.evaluate(FOCUSED) == "b-c"


def test_a_row_that_moves_up_keeps_the_focus(desks: Desks) -> None:
    page = _a_page_with(desks, _part("before", "abc"))
    page.locator("#b-c").focus()

    _change_to(page, _part("after", "cab"))

    expect(page.locator("#said")).to_have_text("after")
    assert page.evaluate(FOCUSED) == "b-c"


def test_an_order_s_page_follows_and_leaves_what_is_being_read(desks: Desks) -> None:
    number = scenes.place_orders(desks.open(desks.demo.shop))[0]
    sales = desks.person("sales", "/orders/")
    sales.get_by_role("button", name="Sync all new orders").click()
    expect(row_of(sales, number)).to_contain_text("Verified")
    scenes.follow(row_of(sales, number).get_by_role("link", name=number))
    address = sales.url.removeprefix(desks.demo.portal)
    newest = sales.locator("details.attempt").first
    attempt = sales.locator(f"#{newest.get_attribute('id')}")  # a newer one will come
    attempt.locator("summary").first.click()
    call = attempt.locator("details.call").first
    call.locator("summary").click()
    expect(call.locator("pre").first).to_be_visible()
    call.locator("summary").focus()
    sales.evaluate("window.scrollTo(0, 200)")
    sales.evaluate(NOTE_STAY)
    before = sales.evaluate("[scrollY, document.activeElement.closest('details').id]")

    colleague = desks.person("admin", address)
    colleague.get_by_role("button", name="Dry run").click()
    log = sales.get_by_role("heading", name="Technical log").locator("..")
    expect(log.get_by_text("Dry run").first).to_be_visible()

    expect(call.locator("pre").first).to_be_visible()
    assert sales.evaluate("[scrollY, document.activeElement.closest('details').id]") == before
    assert sales.evaluate(STAYED)


def test_an_idle_list_says_what_has_come_and_shows_it_in_place(desks: Desks) -> None:
    first = scenes.place_orders(desks.open(desks.demo.shop))[0]
    sales = desks.person("sales", "/orders/")
    sales.get_by_role("button", name="Sync all new orders").click()
    expect(row_of(sales, first)).to_contain_text("Verified")
    expect(sales.locator("#watcher[hx-get]")).to_have_count(0)
    reader = desks.person("logistics", "/orders/")
    expect(reader.locator("#as-of")).to_contain_text("as of")
    reader.clock.install()
    reader.reload()
    reader.evaluate(NOTE_STAY)

    number = scenes.place_orders(desks.open(desks.demo.shop))[0]
    sales.get_by_role("button", name="Sync all new orders").click()
    expect(row_of(sales, number)).to_contain_text("Verified")
    reader.clock.fast_forward(IDLE)
    show = reader.get_by_role("link", name="1 new – show")
    expect(show).to_be_visible()
    expect(row_of(reader, number)).to_have_count(0)
    show.click()

    expect(row_of(reader, number)).to_be_visible()
    assert reader.evaluate(STAYED)


def test_a_message_is_a_toast_that_moves_nothing_and_the_button_keeps_the_focus(
    desks: Desks,
) -> None:
    sales = desks.person("sales", "/orders/")
    button = sales.get_by_role("button", name="Sync all new orders")
    place = button.bounding_box()

    button.focus()
    sales.keyboard.press("Enter")
    expect(sales.locator("#messages .message")).to_be_visible()

    assert button.bounding_box() == place
    expect(button).to_be_focused()
    sales.keyboard.press("Escape")
    expect(sales.locator("#messages .message")).to_have_count(0)


def test_a_button_that_waits_says_so_and_cannot_be_pressed_twice(desks: Desks) -> None:
    sales = desks.person("sales", "/orders/")
    button = sales.get_by_role("button", name="Sync all new orders")
    held: list[Route] = []
    sales.route("**/sync-all/", lambda route: held.append(route))

    button.focus()
    sales.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-disabled", "true")
    sales.keyboard.press("Enter")
    expect(button).to_be_focused()
    assert len(held) == 1

    held[0].continue_()
    expect(button).not_to_have_attribute("aria-disabled", "true")
    expect(button).to_be_focused()


def test_what_asks_for_nothing_any_more_stops_asking(desks: Desks) -> None:
    asking = PART.format(said="moving", rows="", first=WATCHER, open="")
    page = _a_page_with(desks, asking)
    page.evaluate("htmx.process(document.body)")
    assert page.evaluate(IS_POLLING)

    _change_to(page, PART.format(said="at rest", rows="", first=WATCHER_AT_REST, open=""))

    expect(page.locator("#said")).to_have_text("at rest")
    assert not page.evaluate(IS_POLLING)

"""A person's hands: a mouse, or the keyboard alone; they count what they press."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

MOST_TABS = 250  # further than that nobody looks
HAS_FOCUS = "it => it === document.activeElement"
IS_BEHIND = (
    "it => document.activeElement.compareDocumentPosition(it) & Node.DOCUMENT_POSITION_PRECEDING"
)


@dataclass
class Hands:
    """``presses`` are clicks, or Enter and Space; typing and the way there with Tab are not."""

    page: Page
    keyboard_only: bool
    presses: int = 0
    tabs: int = 0

    def press(self, thing: Locator) -> None:
        """A button, a link or a box to tick."""
        self.presses += 1
        if not self.keyboard_only:
            thing.click()
            return
        self._go_to(thing)
        is_box = thing.get_attribute("type") == "checkbox"
        self.page.keyboard.press("Space" if is_box else "Enter")

    def write(self, field: Locator, text: str) -> None:
        """Over what stands there; a click into the field counts."""
        if self.keyboard_only:
            self._go_to(field)
        else:
            self.presses += 1
            field.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def _go_to(self, thing: Locator) -> None:
        expect(thing).to_be_visible()
        key = "Shift+Tab" if thing.evaluate(IS_BEHIND) else "Tab"
        for _ in range(MOST_TABS):
            if thing.evaluate(HAS_FOCUS):
                return
            self.tabs += 1
            self.page.keyboard.press(key)
        raise AssertionError(f"Tab never reaches {thing}")

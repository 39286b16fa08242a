"""Settings of the running stand-in, kept in its database."""

from __future__ import annotations

from typing import Any

from .store import Store

DEFAULTS: dict[str, Any] = {
    "autopilot": False,
    "autopilot_seconds": 5.0,
    "duplicate_po_warning": False,
    "freight_is_group_condition": True,
    "update_delay": 1.0,
    "free_goods": False,
}


class Settings:
    """Reads through to the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def as_dict(self) -> dict[str, Any]:
        """All settings with their present values."""
        saved = self._store.settings()
        return {name: _parsed(default, saved.get(name)) for name, default in DEFAULTS.items()}

    def change(self, values: dict[str, Any]) -> None:
        """Set some; ``ValueError`` for an unknown name or a value of the wrong kind."""
        for name, value in values.items():
            if name not in DEFAULTS:
                raise ValueError(f"unknown setting {name!r}; known: {', '.join(DEFAULTS)}")
            if isinstance(DEFAULTS[name], bool):
                text = "1" if value in (True, 1, "1", "true", "on") else "0"
            else:
                text = str(min(3600.0, max(0.05, float(value))))
            self._store.set_setting(name, text)

    @property
    def autopilot(self) -> bool:
        """Whether warehouse and billing work by themselves."""
        return bool(self.as_dict()["autopilot"])

    @property
    def autopilot_seconds(self) -> float:
        """Seconds between two rounds of the autopilot."""
        return float(self.as_dict()["autopilot_seconds"])

    @property
    def duplicate_po_warning(self) -> bool:
        """Whether V4 115 warns of a customer reference that exists."""
        return bool(self.as_dict()["duplicate_po_warning"])

    @property
    def free_goods(self) -> bool:
        """Whether each item of a new order brings a piece free of charge."""
        return bool(self.as_dict()["free_goods"])

    @property
    def freight_is_group_condition(self) -> bool:
        """Whether header freight counts once; otherwise it is copied to each item."""
        return bool(self.as_dict()["freight_is_group_condition"])

    @property
    def update_delay(self) -> float:
        """Seconds until the update task saves after a commit without WAIT."""
        return float(self.as_dict()["update_delay"])


def _parsed(default: Any, text: str | None) -> Any:
    if text is None:
        return default
    return text == "1" if isinstance(default, bool) else float(text)

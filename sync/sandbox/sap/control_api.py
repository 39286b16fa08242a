"""The control API of the stand-in: JSON, for tests and the demo; no logon."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app

from .system import SapSystem

blueprint = Blueprint("control", __name__, url_prefix="/sandbox")


def system() -> SapSystem:
    """The system the application serves."""
    found: SapSystem = current_app.config["system"]
    return found


@blueprint.get("/health")
def health() -> dict[str, Any]:
    """Alive."""
    return {"ok": True}

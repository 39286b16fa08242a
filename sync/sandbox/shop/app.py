"""The shop as a WSGI application: REST, pages, control routes and faults put together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask

from sync.sandbox.shop import control, pages, rest
from sync.sandbox.shop.auth import Credentials, Gate, new_secret
from sync.sandbox.shop.documents import Clock, utc_now
from sync.sandbox.shop.faults import Faults, FaultyAnswers
from sync.sandbox.shop.seed import seed as fill
from sync.sandbox.shop.shop import Shop
from sync.sandbox.shop.store import Store


def create_app(
    data_dir: Path,
    *,
    clock: Clock = utc_now,
    seed: bool = True,
    credentials: Credentials | None = None,
    version: str = "",
    beside_fresh_sap: bool = False,
) -> Flask:
    """The shop with its data in ``data_dir``; usable in process as any WSGI application.

    ``version`` is the Magento version to play; without it that of the last start, at first the
    newest. ``beside_fresh_sap``: the recorded orders carry no number of SAP. Raises
    ``settings.BadSetting`` for a version it cannot play.

    ``app.extensions`` holds ``shop`` (Shop), ``shop_gate`` (Gate) and ``shop_faults`` (Faults).
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    store = Store(data_dir / "shop.sqlite3")
    if seed:
        fill(store, beside_fresh_sap=beside_fresh_sap)
    app = Flask(__name__)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    faults = Faults()
    app.extensions["shop_faults"] = faults
    app.extensions["shop"] = shop = Shop(
        store, clock=clock, pause=faults.pause, gateway_answer=faults.gateway_answer
    )
    if version:
        shop.change_settings({"version": version})
    app.extensions["shop_gate"] = Gate(credentials or Credentials(), _secret(store), clock)
    app.register_blueprint(rest.blueprint)
    app.register_blueprint(control.blueprint)
    app.register_blueprint(pages.blueprint)
    layered: Any = FaultyAnswers(app.wsgi_app, faults, rest.operation_of)
    app.wsgi_app = layered  # type: ignore[method-assign]
    return app


def _secret(store: Store) -> str:
    """The key of the admin tokens, made on the first start."""
    with store.writing() as books:
        secret = books.settings().get("token_secret")
        if secret is None:
            secret = new_secret()
            books.set_setting("token_secret", secret)
        return str(secret)

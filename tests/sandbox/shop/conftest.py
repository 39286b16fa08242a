"""A shop in process, with the clock of its callers, and a caller who is let in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from sync.sandbox.shop.app import create_app
from sync.sandbox.shop.auth import Credentials
from sync.sandbox.shop.faults import Faults
from sync.sandbox.shop.shop import Shop

CREDENTIALS = Credentials(
    consumer_key="c" * 32,
    consumer_secret="s" * 32,
    access_token="t" * 32,
    access_token_secret="u" * 32,
    admin_user="admin",
    admin_password="right-1",
)


class Caller:
    """Calls the shop as an admin, unless ``headers`` says otherwise."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.http = Client(app)
        self.shop: Shop = app.extensions["shop"]
        self.faults: Faults = app.extensions["shop_faults"]
        token = app.extensions["shop_gate"].admin_token("admin", "right-1", 60)
        self.headers = {"Authorization": f"Bearer {token}"}

    def play_version(self, version: str) -> None:
        """Let the shop be of that version of Magento."""
        self.shop.change_settings({"version": version})

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """Any REST call; ``path`` below /rest/V1 or from the root."""
        url = path if path.startswith("/") else f"/rest/V1/{path}"
        sent = {"json": body} if body is not None else {}
        return self.http.open(url, method=method, **{"headers": self.headers, **sent, **more})

    def get(self, path: str) -> Any:
        """The JSON of a GET."""
        return self.call("GET", path).get_json()

    def post(self, path: str, body: Any = None) -> Any:
        """The JSON of a POST."""
        return self.call("POST", path, body if body is not None else {}).get_json()

    def place(self, shape: str) -> dict[str, Any]:
        """A new order of a shape, as GET sends it."""
        placed = self.http.post("/sandbox/orders", json={"shape": shape}).get_json()["orders"][0]
        order: dict[str, Any] = self.get(f"orders/{placed['entity_id']}")
        return order


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a seeded shop, to be copied: seeding takes longer than most tests."""
    folder = tmp_path_factory.mktemp("seeded-shop")
    create_app(folder, credentials=CREDENTIALS).extensions["shop"].store.close()
    return folder / "shop.sqlite3"


@pytest.fixture
def caller(tmp_path: Path, seeded: Path) -> Iterator[Caller]:
    shutil.copy(seeded, tmp_path)
    app = create_app(tmp_path, credentials=CREDENTIALS)
    yield Caller(app)
    app.extensions["shop"].store.close()


@pytest.fixture
def empty_caller(tmp_path: Path) -> Iterator[Caller]:
    """A shop without any orders."""
    app = create_app(tmp_path, credentials=CREDENTIALS, seed=False)
    yield Caller(app)
    app.extensions["shop"].store.close()

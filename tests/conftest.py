"""What all tests share: hypothesis makes up the same in every run, and the imports cost once."""

from __future__ import annotations

import gc

from hypothesis import settings

from tests.properties.profiles import BASE

settings.register_profile("portal", BASE)
settings.load_profile("portal")


def pytest_collection_finish() -> None:
    """What is imported stays. Searched for garbage again and again it took a sixth of the time."""
    gc.freeze()

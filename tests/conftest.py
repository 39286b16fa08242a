"""What hypothesis makes up is the same in every run, and no example is judged by its speed."""

from __future__ import annotations

from hypothesis import settings

from tests.properties.profiles import BASE

settings.register_profile("portal", BASE)
settings.load_profile("portal")

"""How much is tried: a fixed handful in every run, thousands with ``HYPOTHESIS_PROFILE=long``."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
# The same examples in every run of CI; others in every long run (--hypothesis-seed repeats one).
BASE = settings(
    deadline=None,
    database=None,
    derandomize=not IS_LONG,
    print_blob=IS_LONG,
    suppress_health_check=list(HealthCheck),
)


def examples(few: int, many: int) -> settings:
    """``few`` examples as a rule, ``many`` in the long profile."""
    return settings(BASE, max_examples=many if IS_LONG else few)


def search(most: int) -> settings:
    """For a fault that was planted: stop at the first example that finds it."""
    return settings(BASE, max_examples=most, derandomize=True, phases=[Phase.generate])

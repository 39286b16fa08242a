"""What differs between SAP systems, as it is written in the environment."""

from __future__ import annotations

from typing import Any

import pytest

from sync.errors import RemoteMisconfigured
from sync.sap.options import SapOptions, options_from


def test_options_are_taken_by_name_and_the_rest_stays_standard() -> None:
    options = options_from(
        {
            "call_timeout_seconds": 30,
            "use_long_material": True,
            "picking_flow_categories": ["Q", "R"],
            "nothing_found_messages": ["VF 041"],
            "unit_keys": {"PC": "ST"},
        }
    )

    assert options == SapOptions(
        call_timeout_seconds=30,
        use_long_material=True,
        picking_flow_categories=("Q", "R"),
        nothing_found_messages=frozenset({"VF 041"}),
        unit_keys={"PC": "ST"},
    )


@pytest.mark.parametrize(
    "values",
    [
        {"no_such": "x"},
        {"taught_messages": {}},
        {"commit_wait": "yes"},
        {"sold_to_role": 5},
        {"picking_flow_categories": "Q"},
        {"use_long_material": "no"},
        {"unit_keys": {"PC": 1}},
        {"call_timeout_seconds": True},
        {"call_timeout_seconds": 0},
        {"time_zone": "Middle/Earth"},
    ],
)
def test_an_unknown_name_or_kind_is_for_the_administrator(values: dict[str, Any]) -> None:
    with pytest.raises(RemoteMisconfigured):
        options_from(values)

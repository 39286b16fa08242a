"""A figure says whether it is met; its line is for machines."""

from __future__ import annotations

import json

from tests.bench.figures import Figure, at_least


def test_a_figure_at_its_target_is_met_on_either_side() -> None:
    assert Figure("queries", 40, "", 40).is_met
    assert not Figure("queries", 40.1, "", 40).is_met
    assert at_least("share", 0.9, 0.9).is_met
    assert not at_least("share", 0.89, 0.9).is_met


def test_a_figure_without_a_target_is_only_stated() -> None:
    assert Figure("memory", 99, "MB").is_met is None
    assert "met" not in Figure("memory", 99, "MB").row.lower()


def test_the_line_is_json_with_value_target_and_verdict() -> None:
    told = json.loads(Figure("queries", 39.5, "", 40).line)

    assert told == {"figure": "queries", "value": 39.5, "unit": "", "target": 40, "met": True}

"""CI: every stage it can run is one it does run."""

from __future__ import annotations

import re

from tests.running_demo import ROOT

SCRIPT = (ROOT / ".ci" / "run").read_text()


def test_every_stage_is_run_once() -> None:
    can = re.findall(r"^    ([a-z-]+)\)", SCRIPT, re.MULTILINE)
    lanes = re.findall(r"^(?:waiting|computing)=\((.*)\)$", SCRIPT, re.MULTILINE)

    assert len(lanes) == 2
    assert sorted(" ".join(lanes).split()) == sorted(can)

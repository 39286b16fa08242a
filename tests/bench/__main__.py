"""``python -m tests.bench``: every figure of docs/performance.md, measured anew."""

from __future__ import annotations

import os
import sys

from tests.bench import bound, click, cost, drain, footprint, growth, hourly, intake, steady
from tests.bench.figures import Figure, set_up_django
from tests.bench.meter import statements
from tests.bench.stage import staged
from tests.chaos.command_line import tell

PARTS = {
    "cost": cost.figures, "bound": bound.figures, "hourly": hourly.figures,
    "steady": steady.figures, "drain": drain.figures, "footprint": footprint.figures,
    "intake": intake.figures, "click": click.figures, "pages": growth.figures,
}  # fmt: skip


STATEMENTS = "--statements"  # which the portal sent most often, last


def main(names: list[str]) -> None:
    """The named parts, or all; the table first, then one line of JSON for each figure."""
    found: list[Figure] = []
    with staged() as stage:
        os.environ.update(stage.environment)
        set_up_django()
        for name in [name for name in names if name != STATEMENTS] or list(PARTS):
            for figure in PARTS[name](stage):
                tell(figure.row)
                found.append(figure)
        if STATEMENTS in names:
            for line in statements(stage):
                tell(line)
    for figure in found:
        tell(figure.line)
    if any(one.is_met is False for one in found):
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])

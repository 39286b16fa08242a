"""A portal after its millionth order, on PostgreSQL: ``make million`` (ORDERS=1000000).

Needs an empty database in DATABASE_URL.
"""

from __future__ import annotations

import sys
import time

from tests.bench.figures import set_up_django
from tests.chaos.command_line import tell


def main() -> None:
    set_up_django()
    from tests.bench.million_rows import build

    orders, began = int(sys.argv[1]), time.monotonic()
    build(orders, tell)
    tell(f"{orders} orders in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()

"""Which orders may need work, as conditions that the planning queries share with their indexes.

An index leaves out the comparisons with given values, by which SQLite would not know it again.
"""

from __future__ import annotations

from django.db.models import F, Index, Q

NOT_CONFIRMED = Q(sap_read_at__isnull=False, confirmed_at__isnull=True)
# Where the order is over on one side, the shop is not told its number.
TO_CONFIRM = (
    NOT_CONFIRMED
    & ~Q(stage="canceled")
    & ~(Q(stage="one_sided") & (Q(state__in=["canceled", "closed"]) | Q(sap_is_rejected=True)))
)
NOT_LOOKED_FOR = Q(sap_read_at__isnull=True) & (
    Q(looked_up_as__isnull=True) | ~Q(looked_up_as=F("remote_updated_at"))
)
# Kept out of SAP, but perhaps there all the same.
TO_LOOK_FOR = NOT_LOOKED_FOR & Q(stage__in=["not_taken", "canceled"]) & ~Q(not_taken_reason="")
# What SAP is asked about at every turn.
OPEN_IN_SAP = ~Q(stage__in=["complete", "canceled"]) & Q(sap_read_at__isnull=False)

INDEXES = [
    Index(fields=["id"], condition=NOT_CONFIRMED, name="order_to_confirm"),
    Index(fields=["stage", "placed_at", "id"], condition=NOT_LOOKED_FOR, name="order_to_look_for"),
    Index(
        fields=["comparison_due_at"],
        condition=Q(comparison_due_at__isnull=False),
        name="order_comparison_due",
    ),
    Index(fields=["shop", "sap_sold_to"], name="order_sold_to"),
    Index(fields=["id"], condition=OPEN_IN_SAP, name="order_open_in_sap"),
]

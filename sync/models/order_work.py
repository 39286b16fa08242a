"""Which orders may need work, as conditions: the planning queries and their indexes share them, so
that a query reads only rows of its index."""

from __future__ import annotations

from django.db.models import F, Q

# In SAP, and the shop has not been read back carrying its number. Where the order is over on one
# side, nobody is told.
TO_CONFIRM = (
    Q(sap_read_at__isnull=False, confirmed_at__isnull=True)
    & ~Q(stage="canceled")
    & ~(Q(stage="one_sided") & (Q(state__in=["canceled", "closed"]) | Q(sap_is_rejected=True)))
)
# Kept out of SAP, but perhaps there all the same, and not yet looked for in this state.
TO_LOOK_FOR = (
    Q(stage__in=["not_taken", "canceled"], sap_read_at__isnull=True)
    & ~Q(not_taken_reason="")
    & (Q(looked_up_as__isnull=True) | ~Q(looked_up_as=F("remote_updated_at")))
)

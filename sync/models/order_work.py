"""Which orders may need work, as conditions that the planning queries share with their indexes.

An index leaves out the comparisons with given values, by which SQLite would not know it again.
"""

from __future__ import annotations

from django.db.models import F, Q

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

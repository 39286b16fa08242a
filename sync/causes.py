"""What stops work, by name: the key the tasks of one cause share."""

from __future__ import annotations

SUMS_DIFFER = "invoice-sums-differ"
NOBODY_COLLECTS = "payment:authorised-not-collected"
OUTCOME_UNKNOWN = "payment:capture-unknown"
OTHER_UNKNOWN = "payment:other-capture-unknown"
NOTHING_CAME = "payment:nothing-collected"
WAITS_FOR_A_CLICK = "sap:found-finished"
GONE_ANYWAY = "magento:gone-though-canceled"
BILLED_ANEW = "sap:billing-renewed"
QUANTITIES_CUT = "magento:quantities-cut"
UNDECIDED = "sap:link-undecided"
TWICE = "sap:twice"

"""Causes that lie between a web order and its SAP order."""

from __future__ import annotations

from sync.causes.cause import PORTAL, SAP, SHOP, Cause, Kind, Link, Team

SALES = Team.SALES
UNEXPECTED, DISAGREE = Kind.UNEXPECTED, Kind.DISAGREE


class OrderCause:
    """One row each."""

    # fmt: off
    # ---- what a web order says of itself
    MAPPING_MISSING = Cause("mapping", Kind.MAPPING_MISSING, PORTAL, None,
        "An entry is missing in the mappings", "Add the entry to the mappings, then retry.",
        Link.MASTER_DATA)
    TOTAL = Cause("magento:total", UNEXPECTED, SHOP, SALES,
        "The sums of a web order do not add up",
        "Look at the order in the shop. If its sums are right, tell the administrator.")
    LINES = Cause("magento:lines", UNEXPECTED, SHOP, SALES,
        "The lines of a web order do not fit together",
        "Look at the order in the shop. If its lines are right, tell the administrator.")
    UNFIT = Cause("magento:unfit", UNEXPECTED, SHOP, SALES,
        "A web order holds something that SAP cannot take",
        "Correct in the shop what the message names, or key the order into SAP by hand and tie "
        "both on the order's page.")
    AMOUNT = Cause("magento:amount", UNEXPECTED, SHOP, SALES,
        "A web order holds an amount that SAP cannot take",
        "Look at the order in the shop; key it into SAP by hand if it is right, and tie both on "
        "the order's page.")
    # ---- which SAP order is its own
    UNDECIDED = Cause("sap:link-undecided", DISAGREE, SAP, SALES,
        "A SAP order may be that of the web order",
        "Compare both sides on the order's page, then tie the web order to the SAP order, or say "
        "that it is another's.")
    TIED_TO_NONE = Cause("sap:tied-to-none", DISAGREE, SAP, SALES,
        "SAP has no order of the number the web order was tied to",
        "Correct the number on the order's page.")
    TWICE = Cause("sap:twice", DISAGREE, SAP, SALES,
        "The web order is in SAP twice",
        "Reject one of both in SAP and retry, or tie the order to the right one on its page.")
    STRAY_NUMBER = Cause("sap:number-without-order", DISAGREE, SAP, SALES,
        "The shop's order carries a number for which SAP holds no order",
        "Find out who wrote it there. Clear it in the shop and retry, or mark this done if SAP is "
        "not to have the order.")
    SAME_REFERENCE = Cause("sap:shared-reference", DISAGREE, SAP, SALES,
        "Two web orders have the same number to SAP",
        "Cancel one of them in the shop and have it placed again under another number.")
    SAME_NUMBERS_OF_SHOPS = Cause("sap:another-shops-order", DISAGREE, SAP, Team.ADMINISTRATOR,
        "Two shops give out the same numbers",
        "Give one of both shops a reference prefix under Mappings → Shops, then retry.")
    GONE = Cause("sap:order-gone", DISAGREE, SAP, SALES,
        "SAP no longer shows the order",
        "Find out in SAP what became of it; the portal does not create it a second time.")
    OTHER_ERP_NUMBER = Cause("magento:other-erp-number", DISAGREE, SHOP, SALES,
        "The shop's order carries another SAP number",
        "Clear the wrong number in the shop, then retry.")
    # fmt: on

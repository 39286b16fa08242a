"""Causes that lie between a web order and its SAP order."""

from __future__ import annotations

from functools import partial

from sync.causes.cause import PORTAL, SAP, SHOP, Cause, Kind, Link, Team

unexpected = partial(Cause, kind=Kind.UNEXPECTED, system=SHOP, owner=Team.SALES)
disagree = partial(Cause, kind=Kind.DISAGREE, system=SAP, owner=Team.SALES)


class OrderCause:
    # fmt: off
    # ---- what a web order says of itself
    MAPPING_MISSING = Cause("mapping", "An entry is missing in the mappings",
        "Add the entry to the mappings. What waits for it then goes on by itself.",
        kind=Kind.MAPPING_MISSING, system=PORTAL, link=Link.MASTER_DATA)
    TOTAL = unexpected("magento:total", "The sums of a web order do not add up",
        "Look at the order in the shop. If its sums are right, tell the administrator.")
    LINES = unexpected("magento:lines", "The lines of a web order do not fit together",
        "Look at the order in the shop. If its lines are right, tell the administrator.")
    UNFIT = unexpected("magento:unfit", "A web order holds something that SAP cannot take",
        "Correct in the shop what the message names, or key the order into SAP by hand and tie "
        "both on the order's page.")
    AMOUNT = unexpected("magento:amount", "A web order holds an amount that SAP cannot take",
        "Look at the order in the shop; key it into SAP by hand if it is right, and tie both on "
        "the order's page.")
    # ---- which SAP order is its own
    UNDECIDED = disagree("sap:link-undecided", "A SAP order may be that of the web order",
        "Compare both sides on the order's page, then tie the web order to the SAP order, or say "
        "that it is another's.")
    TIED_TO_NONE = disagree("sap:tied-to-none",
        "SAP has no order of the number the web order was tied to",
        "Correct the number on the order's page.")
    TWICE = disagree("sap:twice", "The web order is in SAP twice",
        "Reject one of both in SAP and retry, or tie the order to the right one on its page.")
    STRAY_NUMBER = disagree("sap:number-without-order",
        "The shop's order carries a number for which SAP holds no order",
        "Find out who wrote it there. Clear it in the shop and retry, or mark this done if SAP is "
        "not to have the order.")
    SAME_REFERENCE = disagree("sap:shared-reference", "Two web orders have the same number to SAP",
        "Cancel one of them in the shop and have it placed again under another number.")
    SAME_NUMBERS_OF_SHOPS = disagree("sap:another-shops-order",
        "Two shops or stores give out the same numbers",
        "Give the store of which nothing was sent yet a reference prefix under Mappings → Sales "
        "areas, then retry.",
        owner=Team.ADMINISTRATOR)
    GONE = disagree("sap:order-gone", "SAP no longer shows the order",
        "Find out in SAP what became of it; the portal does not create it a second time. Where SAP "
        "shows it again, this ends by itself; mark it done if it was deleted on purpose.")
    # ---- what changed after both agreed
    ADDRESS_CHANGED = disagree("order:address-changed",
        "An address changed after SAP took the order",
        "Compare both on the order's page and correct the wrong side before the goods leave: this "
        "then ends by itself. If both are right as they are, have sales mark it done.",
        owner=Team.LOGISTICS)
    CHANGED = disagree("order:changed", "Shop and SAP no longer agree on an order",
        "Compare both on the order's page and correct the wrong side: this then ends by itself. "
        "Mark it done if both are right as they are.")
    REFUNDED_AFTER_BILLING = disagree("order:refunded-after-billing",
        "The shop refunded what SAP had billed",
        "Credit it in SAP: this ends by itself where the credit memo follows from the order. "
        "Otherwise have sales mark it done with the number of the credit memo.",
        system=SHOP, owner=Team.FINANCE)
    OTHER_ERP_NUMBER = disagree("magento:other-erp-number",
        "The shop's order carries another SAP number",
        "Clear the wrong number in the shop, then retry.", system=SHOP)
    # fmt: on
    # fmt: on

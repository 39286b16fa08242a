"""Causes that lie between SAP's documents and the shop's shipments and invoices, and with money."""

from __future__ import annotations

from functools import partial

from sync.causes.cause import SAP, SHOP, Cause, Kind, Link, Team

disagree = partial(Cause, kind=Kind.DISAGREE, system=SHOP)


class PaperCause:
    # fmt: off
    # ---- quantities
    QUANTITIES_DO_NOT_FIT = disagree("quantities-do-not-fit",
        "SAP's document does not fit the web order",
        "Compare both on the order's page and correct the side that is wrong, then retry; or make "
        "the shop's paper by hand and mark this done with its number.")
    QUANTITIES_CUT = disagree("magento:quantities-cut", "The shop took less than was asked for",
        "Make the rest by hand in the shop, then retry.")
    ITEM_WITHOUT_LINE = disagree("sap:item-without-line",
        "An item added in SAP may stand for a line of the web order",
        "Open the order and say which line it stands for, or that it stands for none. The other "
        "lines go on meanwhile.", system=SAP, owner=Team.SALES)
    DELIVERED_MORE = disagree("sap:delivered-more", "SAP delivered more than was ordered",
        "Agree with the customer on what was delivered beyond the order, then have logistics mark "
        "this done. Nothing waits for it.", system=SAP, owner=Team.SALES)
    BILLED_MORE = disagree("sap:billed-more", "SAP billed more than the web order holds",
        "Settle the amount with the customer outside the shop, or credit it in SAP, then mark this "
        "done. Nothing waits for it.", system=SAP, owner=Team.FINANCE)
    OTHER_UNIT = disagree("sap:other-unit", "SAP counts in another unit than the order",
        "Make the shop's paper by hand, then retry: it is found and linked.", system=SAP)
    # ---- goods
    GONE_ANYWAY = disagree("magento:gone-though-canceled",
        "Goods left although the customer no longer wanted them",
        "Agree with the customer on the return of the goods or on their payment, and have finance "
        "credit what SAP bills of them. Where SAP takes the goods issue back, this ends by itself.",
        owner=Team.SALES)
    ON_HOLD = disagree("magento:on-hold", "The order is on hold in the shop",
        "Release it in the shop, and this goes on by itself; or cancel it there, and have "
        "logistics take the goods issue back.", owner=Team.SALES)
    GOODS_ISSUE_REVERSED = disagree("sap:goods-issue-reversed",
        "A goods issue was taken back after the shop had shipped",
        "Post the goods issue again, and this ends by itself; or tell the customer: the shop "
        "cannot take a shipment back.",
        system=SAP, owner=Team.LOGISTICS)
    FOUND_FINISHED = disagree("sap:found-finished",
        "Waiting for a click: the order was over in the shop when it was found in SAP",
        "Look at the order in the shop: does the customer still need this? If so, retry; then the "
        "shop makes it and may tell the customer.")
    # ---- a paper somebody has named
    NAMED_PAPER = disagree("marked-done:number", "The shop's paper that was named cannot be linked",
        "Mark this done with the right number, or retry to have the portal make the paper.")
    NAMED_WITHOUT_MARK = disagree("marked-done:unconfirmed",
        "The shop's paper that was named does not say for which document it was made",
        "If it stands for the document all the same, mark this done with the same number once "
        "more.")
    # ---- billing
    SUMS_DIFFER = disagree("invoice-sums-differ",
        "The shop's invoice and SAP's bill have different sums",
        "Correct the side that is wrong and retry, or mark this done if the difference is right.",
        owner=Team.FINANCE)
    BILLING_CANCELLED = disagree("sap:billing-cancelled",
        "SAP cancelled a billing document the shop has invoiced",
        "If SAP bills the same amounts anew, the new document takes the invoice over by itself. "
        "Otherwise make the credit memo in the shop, and this closes by itself.",
        system=SAP, owner=Team.FINANCE)
    BILLING_RENEWED = disagree("sap:billing-renewed", "SAP billed anew, and not the same",
        "Open the billing document, which shows both side by side, and link the invoice; or mark "
        "this done once it is settled with the customer.", system=SAP, owner=Team.FINANCE)
    LINKED_INVOICE_GONE = disagree("magento:linked-invoice-gone",
        "The shop does not have the invoice that was to be linked",
        "Open the billing document and name the right invoice.", owner=Team.FINANCE)
    # ---- money
    NOBODY_COLLECTS = disagree("payment:authorised-not-collected",
        "Nobody has said who collects the money of a payment method",
        "Ask sales or an administrator to enter who collects the money, with the payment method "
        "under Master data; then retry.", owner=Team.FINANCE, link=Link.MASTER_DATA)
    CAPTURE_UNKNOWN = disagree("payment:capture-unknown",
        "The bank may have paid, and the shop shows no invoice",
        "Look at the gateway's account before anything is repeated. If nothing was captured, "
        "choose “Capture again” on the task's page; if it was, make the invoice in the shop's "
        "admin with the billed quantities and “Capture Offline”, and retry.", owner=Team.FINANCE)
    OTHER_CAPTURE_UNKNOWN = disagree("payment:other-capture-unknown",
        "The bank may have paid for another bill of the order",
        "Settle the other billing document of the order first, then retry. If it is not open any "
        "more, look at the gateway's account: if nothing was captured, choose “Capture again” on "
        "the task's page; if it was, make this invoice in the shop's admin with the billed "
        "quantities and “Capture Offline”, and retry.", owner=Team.FINANCE)
    NOTHING_COLLECTED = disagree("payment:nothing-collected",
        "The invoice was made, and no money collected",
        "Look at the gateway's account and see to it that the money comes. Once the shop shows the "
        "payment, a retry closes this.", owner=Team.FINANCE)
    # ---- mails
    MAIL_UNKNOWN = disagree("mail:unknown", "The shop did not say whether the invoice was mailed",
        "Ask the customer or look at the shop's mail log; if the mail is missing, press Resend "
        "invoice on the invoice's page.",
        owner=Team.FINANCE)
    INVOICE_GONE = disagree("mail:invoice-gone",
        "The invoice to be mailed is no longer in the shop",
        "Find out in the shop what became of it; mark this done if nobody needs the mail.",
        owner=Team.FINANCE)
    # fmt: on
    # fmt: on

"""What a person has clicked, in words; by the name of the address the click was sent to."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

CLICKED = {
    "add_mapping": gettext_noop("Added a mapping"),
    "cancel_run": gettext_noop("Cancelled what had not begun"),
    "capture_again": gettext_noop("Had a payment captured again"),
    "check_completeness": gettext_noop("Compared shop and SAP"),
    "check_readiness": gettext_noop("Checked the readiness"),
    "clear_sign_in_lock": gettext_noop("Cleared a sign-in lock"),
    "comment_order": gettext_noop("Commented on an order"),
    "confirm_remote": gettext_noop("Confirmed that a changed system is the right one"),
    "dry_run": gettext_noop("Dry run of an order"),
    "fetch_cause": gettext_noop("Fetched again what had stopped"),
    "hold_customer": gettext_noop("Held a customer"),
    "hold_order": gettext_noop("Held an order"),
    "let_go_cause": gettext_noop("Let go of what had stopped"),
    "let_go_task": gettext_noop("Let go of a piece of work"),
    "link_invoice": gettext_noop("Tied an invoice of the shop to a billing document"),
    "mark_done": gettext_noop("Marked work done"),
    "read_result": gettext_noop("Read a result"),
    "refuse_sap_order": gettext_noop("Said that a SAP order is another's"),
    "release": gettext_noop("Released the portal"),
    "release_hold": gettext_noop("Released what was held"),
    "reopen_task": gettext_noop("Opened work again"),
    "repair_task": gettext_noop("Repaired a mapping"),
    "resend_invoice": gettext_noop("Had an invoice mailed again"),
    "resend_selected": gettext_noop("Had invoices mailed again"),
    "resend_shop_invoice": gettext_noop("Had an invoice mailed again"),
    "retry_cause": gettext_noop("Retried all that had stopped for a cause"),
    "retry_task": gettext_noop("Retried a piece of work"),
    "save_schedule": gettext_noop("Changed an automatic step"),
    "sync": gettext_noop("Sync now, selected"),
    "sync_all": gettext_noop("Sync now, all"),
    "sync_one": gettext_noop("Sync now"),
    "take_anyway": gettext_noop("Took an order anyway"),
    "take_cause": gettext_noop("Took on what had stopped"),
    "take_task": gettext_noop("Took on a piece of work"),
    "test_alarms": gettext_noop("Tested the alarms"),
    "test_connections": gettext_noop("Tested the connections"),
    "tie_item": gettext_noop("Tied a SAP item to a line"),
    "tie_order": gettext_noop("Tied an order to a SAP order"),
}
OTHER = gettext_noop("Sent a form")
KINDS = ("orders_", "deliveries_", "billing_documents_")


def clicked(address: str) -> str:
    for kind in KINDS:
        address = address.removeprefix(kind)
    return gettext(CLICKED.get(address, OTHER))

"""Causes that lie with SAP: its logon and rights, its answers, its messages."""

from __future__ import annotations

from functools import partial

from sync.causes.cause import SAP, Cause, Kind, Link, Team

misconfigured = partial(
    Cause,
    kind=Kind.MISCONFIGURED,
    system=SAP,
    owner=Team.ADMINISTRATOR,
    link=Link.CONNECTIONS,
)
changed = partial(misconfigured, kind=Kind.CHANGED)
unavailable = partial(Cause, kind=Kind.UNAVAILABLE, system=SAP, owner=Team.ADMINISTRATOR)
away = partial(unavailable, link=Link.CONNECTIONS, means_remote_is_away=True)
unknown = partial(unavailable, kind=Kind.OUTCOME_UNKNOWN)
rejected = partial(Cause, kind=Kind.REJECTED, system=SAP)
unexpected = partial(Cause, kind=Kind.UNEXPECTED, system=SAP)


class SapCause:
    # fmt: off
    # ---- settings
    LOGON = misconfigured("sap:logon", "SAP refuses the portal's logon",
        "Check user, password, client and language in SAP_RFC_PARAMETERS, and whether the user is "
        "locked in SAP; then press Test all connections.")
    PARAMETERS = misconfigured("sap:connection-parameters", "The connection to SAP is set up wrong",
        "Correct SAP_RFC_PARAMETERS in the environment: host, system number and client; then "
        "restart the workers.")
    OPTIONS = misconfigured("sap:options", "A setting for SAP is wrong",
        "Correct in the environment what the message names, then restart the workers.")
    PYRFC_MISSING = misconfigured("sap:pyrfc-missing", "SAP's RFC library is not installed",
        "Install the SAP NW RFC SDK 7.50, set SAPNWRFC_HOME, make its lib folder known to the "
        "loader, and run pip install -r requirements-pyrfc.txt.")
    MESSAGE_ENTRY = misconfigured("sap:message-entry", "An entry of the SAP messages is not valid",
        "Correct its kind or owner under SAP messages in the admin.", link=None)
    NOT_AUTHORISED = misconfigured("sap:authorisation", "The portal's user lacks a right in SAP",
        "Have the function group that the message names added to the user's S_RFC authorisation.",
        link=Link.READINESS)
    FIELD_MISSING = misconfigured("sap:missing", "This SAP system lacks something the portal needs",
        "Ask SAP Basis for a release that has it, or for the missing function module.",
        link=Link.READINESS)
    CHANGED = changed("sap:changed", "SAP looks like another system than before",
        "Look at Connections: it says what is different. Correct the settings, or confirm there "
        "that the change is wanted.")
    # ---- no answer, or none that helps
    UNREACHABLE = away("sap:unreachable", "SAP cannot be reached",
        "See that SAP runs and that its gateway can be reached from here, then retry.")
    TIMED_OUT = away("sap:timeout", "SAP does not answer in time",
        "See that SAP runs and is not overloaded, then retry.")
    SESSION_GONE = away("sap:session-discarded", "A session with SAP was thrown away",
        "Retry: a new one is opened.")
    OUTCOME_UNKNOWN = unknown("sap:outcome-unknown", "It is not known whether SAP saved",
        "See that SAP runs, then retry: SAP is looked at before anything is sent again.",
        link=Link.CONNECTIONS, means_remote_is_away=True)
    BROKE_OFF = unavailable("sap:broke-off", "SAP broke off while it worked on the call",
        "Look in SAP at the dump (transaction ST22), then retry: SAP is looked at before anything "
        "is sent again.")
    DUMPS_AGAIN = rejected("sap:dumps-again", "SAP breaks off on this order each time",
        "Have the SAP team read the dump (transaction ST22) and remove its cause, then retry. "
        "Nothing was saved.", owner=Team.ADMINISTRATOR)
    UPDATE_FAILED = unknown("sap:update-failed", "SAP's update task broke off",
        "Ask the SAP team to read the failed update (transaction SM13), then retry: the number SAP "
        "gave is looked up first.")
    LOCKED = unavailable("sap:locked", "Somebody has the document open in SAP",
        "Ask whoever the message names to close it in SAP, then retry.", owner=None)
    NOT_SHOWN_YET = unknown("sap:not-shown-yet", "SAP does not show yet what it has",
        "Retry: SAP is looked at first. If it stays so, ask the SAP team for failed updates "
        "(transaction SM13).")
    WRITE_UNDER_WAY = unavailable("sap:earlier-write",
        "An earlier write to SAP may still be running",
        "Retry: SAP is looked at first.")
    # ---- what it says and shows
    REFUSED = rejected("sap:refused", "SAP refused",
        "Correct in SAP what the message names, or have sales correct it in the mappings; then "
        "retry.")
    UNKNOWN_MESSAGE = rejected("sap:refused-unknown",
        "SAP refused with a message the portal does not know",
        "Read SAP's own text and correct what it names, then retry. An administrator can teach the "
        "portal what the message means.")
    EXCEPTION = rejected("sap:exception", "A function in SAP refused",
        "Correct in SAP what the message names, then retry.")
    FIELD_REFUSED = rejected("sap:field", "A value does not fit its field in SAP",
        "Correct the value in the order or its mapping, then retry.")
    REJECTED_ORDER = rejected("sap:rejected-order", "Every line of the SAP order is rejected",
        "Reopen the order in SAP, or cancel the web order.", owner=Team.SALES)
    UNREADABLE = unexpected("sap:unreadable", "A document of SAP cannot be read",
        "Look at it in SAP. If it is right there, tell the administrator.")
    DOES_NOT_FIT = unexpected("sap:unfitting", "A value of SAP does not fit into the portal",
        "Look at the document in SAP and correct the value there. If it is right, tell the "
        "administrator.")
    UNCONVERTIBLE = unexpected("sap:unconvertible", "SAP's RFC library cannot read an answer",
        "Check the patch level of the SAP NW RFC SDK.", owner=Team.ADMINISTRATOR)
    NO_NUMBER = unexpected("sap:no-number", "SAP accepted an order without saying its number",
        "Retry: nothing was saved. If it stays so, ask the SAP team what changes the answer of "
        "BAPI_SALESORDER_CREATEFROMDAT2.", owner=Team.ADMINISTRATOR)
    NUMBER_TAKEN = unexpected("sap:number-taken", "SAP gave out a number twice",
        "Ask the SAP team whether its number range, or the whole system, was set back; then retry.",
        owner=Team.ADMINISTRATOR)
    # fmt: on
    # fmt: on

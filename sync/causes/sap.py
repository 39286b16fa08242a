"""Causes that lie with SAP: its logon and rights, its answers, its messages."""

from __future__ import annotations

from sync.causes.cause import SAP, Cause, Kind, Link, Team

ADMINISTRATOR, SALES = Team.ADMINISTRATOR, Team.SALES
MISCONFIGURED, UNAVAILABLE, UNEXPECTED = Kind.MISCONFIGURED, Kind.UNAVAILABLE, Kind.UNEXPECTED
SETTINGS = Link.CONNECTIONS


class SapCause:
    """One row each."""

    # fmt: off
    # ---- settings
    LOGON = Cause("sap:logon", MISCONFIGURED, SAP, ADMINISTRATOR,
        "SAP refuses the portal's logon",
        "Check user, password, client and language in SAP_RFC_PARAMETERS, and whether the user is "
        "locked in SAP; then press Test all connections.", SETTINGS)
    PARAMETERS = Cause("sap:connection-parameters", MISCONFIGURED, SAP, ADMINISTRATOR,
        "The connection to SAP is set up wrong",
        "Correct SAP_RFC_PARAMETERS in the environment: host, system number and client; then "
        "restart the workers.", SETTINGS)
    OPTIONS = Cause("sap:options", MISCONFIGURED, SAP, ADMINISTRATOR,
        "A setting for SAP is wrong",
        "Correct in the environment what the message names, then restart the workers.", SETTINGS)
    PYRFC_MISSING = Cause("sap:pyrfc-missing", MISCONFIGURED, SAP, ADMINISTRATOR,
        "SAP's RFC library is not installed",
        "Install the SAP NW RFC SDK 7.50, set SAPNWRFC_HOME, make its lib folder known to the "
        "loader, and run pip install -r requirements-pyrfc.txt.", SETTINGS)
    MESSAGE_ENTRY = Cause("sap:message-entry", MISCONFIGURED, SAP, ADMINISTRATOR,
        "An entry of the SAP messages is not valid",
        "Correct its kind or owner under SAP messages in the admin.")
    NOT_AUTHORISED = Cause("sap:authorisation", MISCONFIGURED, SAP, ADMINISTRATOR,
        "The portal's user lacks a right in SAP",
        "Have the function group that the message names added to the user's S_RFC authorisation.",
        Link.READINESS)
    FIELD_MISSING = Cause("sap:missing", MISCONFIGURED, SAP, ADMINISTRATOR,
        "This SAP system lacks something the portal needs",
        "Ask SAP Basis for a release that has it, or for the missing function module.",
        Link.READINESS)
    CHANGED = Cause("sap:changed", Kind.CHANGED, SAP, ADMINISTRATOR,
        "SAP looks like another system than before",
        "Look at Connections: it says what is different. Correct the settings, or confirm there "
        "that the change is wanted.", SETTINGS)
    # ---- no answer, or none that helps
    UNREACHABLE = Cause("sap:unreachable", UNAVAILABLE, SAP, ADMINISTRATOR,
        "SAP cannot be reached",
        "See that SAP runs and that its gateway can be reached from here, then retry.",
        SETTINGS, True)
    TIMED_OUT = Cause("sap:timeout", UNAVAILABLE, SAP, ADMINISTRATOR,
        "SAP does not answer in time",
        "See that SAP runs and is not overloaded, then retry.", SETTINGS, True)
    SESSION_GONE = Cause("sap:session-discarded", UNAVAILABLE, SAP, ADMINISTRATOR,
        "A session with SAP was thrown away", "Retry: a new one is opened.", None, True)
    OUTCOME_UNKNOWN = Cause("sap:outcome-unknown", Kind.OUTCOME_UNKNOWN, SAP, ADMINISTRATOR,
        "It is not known whether SAP saved",
        "See that SAP runs, then retry: SAP is looked at before anything is sent again.",
        SETTINGS, True)
    BROKE_OFF = Cause("sap:broke-off", UNAVAILABLE, SAP, ADMINISTRATOR,
        "SAP broke off while it worked on the call",
        "Look in SAP at the dump (transaction ST22), then retry: SAP is looked at before anything "
        "is sent again.")
    UPDATE_FAILED = Cause("sap:update-failed", Kind.OUTCOME_UNKNOWN, SAP, ADMINISTRATOR,
        "SAP's update task broke off",
        "Ask the SAP team to read the failed update (transaction SM13), then retry: the number SAP "
        "gave is looked up first.")
    LOCKED = Cause("sap:locked", UNAVAILABLE, SAP, None,
        "Somebody has the document open in SAP",
        "Ask whoever the message names to close it in SAP, then retry.")
    NOT_SHOWN_YET = Cause("sap:not-shown-yet", Kind.OUTCOME_UNKNOWN, SAP, ADMINISTRATOR,
        "SAP does not show yet what it has",
        "Retry: SAP is looked at first. If it stays so, ask the SAP team for failed updates "
        "(transaction SM13).")
    WRITE_UNDER_WAY = Cause("sap:earlier-write", UNAVAILABLE, SAP, ADMINISTRATOR,
        "An earlier write to SAP may still be running", "Retry: SAP is looked at first.")
    # ---- what it says and shows
    REFUSED = Cause("sap:refused", Kind.REJECTED, SAP, None,
        "SAP refused", "Correct in SAP or in the mappings what the message names, then retry.")
    UNKNOWN_MESSAGE = Cause("sap:refused-unknown", Kind.REJECTED, SAP, None,
        "SAP refused with a message the portal does not know",
        "Read SAP's own text and correct what it names, then retry. An administrator can teach the "
        "portal what the message means.")
    EXCEPTION = Cause("sap:exception", Kind.REJECTED, SAP, None,
        "A function in SAP refused", "Correct in SAP what the message names, then retry.")
    FIELD_REFUSED = Cause("sap:field", Kind.REJECTED, SAP, None,
        "A value does not fit its field in SAP",
        "Correct the value in the order or its mapping, then retry.")
    REJECTED_ORDER = Cause("sap:rejected-order", Kind.REJECTED, SAP, SALES,
        "Every line of the SAP order is rejected",
        "Reopen the order in SAP, or cancel the web order.")
    UNREADABLE = Cause("sap:unreadable", UNEXPECTED, SAP, None,
        "A document of SAP cannot be read",
        "Look at it in SAP. If it is right there, tell the administrator.")
    DOES_NOT_FIT = Cause("sap:unfitting", UNEXPECTED, SAP, None,
        "A value of SAP does not fit into the portal",
        "Look at the document in SAP and correct the value there. If it is right, tell the "
        "administrator.")
    UNCONVERTIBLE = Cause("sap:unconvertible", UNEXPECTED, SAP, ADMINISTRATOR,
        "SAP's RFC library cannot read an answer",
        "Check the patch level of the SAP NW RFC SDK.")
    NO_NUMBER = Cause("sap:no-number", UNEXPECTED, SAP, ADMINISTRATOR,
        "SAP accepted an order without saying its number",
        "Retry: nothing was saved. If it stays so, ask the SAP team what changes the answer of "
        "BAPI_SALESORDER_CREATEFROMDAT2.")
    NUMBER_TAKEN = Cause("sap:number-taken", UNEXPECTED, SAP, ADMINISTRATOR,
        "SAP gave out a number twice",
        "Ask the SAP team whether its number range, or the whole system, was set back; then retry.")
    # fmt: on

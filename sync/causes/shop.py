"""Causes that lie with the shop: its address and keys, its answers, its records."""

from __future__ import annotations

from sync.causes.cause import SHOP, Cause, Kind, Link, Team

ADMINISTRATOR, SALES = Team.ADMINISTRATOR, Team.SALES
MISCONFIGURED, UNAVAILABLE, UNEXPECTED = Kind.MISCONFIGURED, Kind.UNAVAILABLE, Kind.UNEXPECTED
SETTINGS = Link.CONNECTIONS


class ShopCause:
    """One row each."""

    # fmt: off
    # ---- settings
    UNSET = Cause("magento:unset", MISCONFIGURED, SHOP, ADMINISTRATOR,
        "The shop has no address in the settings",
        "Add the shop to MAGENTO_SHOPS and set its address and keys in the environment, restart "
        "the workers, then retry.", SETTINGS)
    ADDRESS_INVALID = Cause("magento:address", MISCONFIGURED, SHOP, ADMINISTRATOR,
        "The shop's address is not a web address",
        "Correct the shop's address in the environment, restart the workers, then retry.", SETTINGS)
    ADDRESS_WRONG = Cause("magento:wrong-address", MISCONFIGURED, SHOP, ADMINISTRATOR,
        "What answers at the shop's address is not Magento",
        "Check the shop's address in the environment, and what stands in front of the shop: a "
        "proxy, a firewall, a page that asks for a password.", SETTINGS)
    CERTIFICATE = Cause("magento:certificate", MISCONFIGURED, SHOP, ADMINISTRATOR,
        "The shop's certificate is not trusted",
        "Have the certificate renewed, or correct the shop's address to the one it is made out "
        "for.", SETTINGS)
    LOGIN = Cause("magento:login", MISCONFIGURED, SHOP, ADMINISTRATOR,
        "The shop refuses the portal's login",
        "Check the portal's user and password in the environment, and in the shop's admin whether "
        "the user is locked; then press Test all connections.", SETTINGS)
    KEYS = Cause("magento:401", MISCONFIGURED, SHOP, ADMINISTRATOR,
        "The shop does not accept the portal's keys, or they lack a right",
        "Check the keys of the portal's integration and, in the shop's admin, its rights.",
        SETTINGS)
    FORBIDDEN = Cause("magento:403", MISCONFIGURED, SHOP, ADMINISTRATOR,
        "The portal is kept out of the shop",
        "Check the rights of the portal's integration, and whether a firewall or proxy in front of "
        "the shop keeps the portal out.", SETTINGS)
    SETUP = Cause("magento:setup", MISCONFIGURED, SHOP, ADMINISTRATOR,
        "The shop does not understand how the portal signs its calls",
        "Check the keys of the portal's integration and the way of signing in the settings.",
        SETTINGS)
    TOO_MANY_LINES = Cause("magento:complex_array_limit", MISCONFIGURED, SHOP, ADMINISTRATOR,
        "The shop takes fewer lines in one call than the document has",
        "Raise webapi/validation/complex_array_limit in the shop, or switch "
        "webapi/validation/input_limit_enabled off; the portal does not split a document.")
    PAGE_SIZE = Cause("magento:page-size", MISCONFIGURED, SHOP, ADMINISTRATOR,
        "The shop's largest page makes no sense",
        "Correct webapi/validation/maximum_page_size in the shop.")
    NO_LIST_READABLE = Cause("magento:no-list", MISCONFIGURED, SHOP, ADMINISTRATOR,
        "No list of the shop can be read",
        "See in the shop's log and admin what is wrong with its web API: it fails whatever it is "
        "asked for.", SETTINGS)
    ANSWERS_STRANGELY = Cause("magento:no-record", MISCONFIGURED, SHOP, ADMINISTRATOR,
        "The shop answers with something that is no record",
        "Check the shop's address, and what stands in front of the shop.", SETTINGS)
    CHANGED = Cause("magento:changed", Kind.CHANGED, SHOP, ADMINISTRATOR,
        "The shop looks like another than before",
        "Look at Connections: it says what is different. Correct the settings, or confirm there "
        "that the change is wanted.", SETTINGS)
    # ---- no answer, or none that helps
    UNREACHABLE = Cause("magento:connect", UNAVAILABLE, SHOP, ADMINISTRATOR,
        "The shop cannot be reached",
        "See that the shop runs and can be reached from here, then retry.", SETTINGS, True)
    DOWN = Cause("magento:down", UNAVAILABLE, SHOP, ADMINISTRATOR,
        "The shop does not answer as it should",
        "See that the shop runs and is not in maintenance, then retry.", SETTINGS, True)
    BROKE_OFF = Cause("magento:broke-off", UNAVAILABLE, SHOP, ADMINISTRATOR,
        "The shop broke off",
        "Look in the shop's log for what broke, then retry.", SETTINGS, True)
    NO_LIST_ANSWERED = Cause("magento:no-answer", UNAVAILABLE, SHOP, ADMINISTRATOR,
        "The shop answers for none of its lists",
        "Look in the shop's log for what broke, then retry.", SETTINGS, True)
    ANSWER_LOST = Cause("magento:lost", UNAVAILABLE, SHOP, ADMINISTRATOR,
        "The shop's answer got lost",
        "See that the shop runs and answers in time, then retry: it is looked at first whether "
        "anything was written.", SETTINGS, True)
    ANSWER_UNCLEAR = Cause("magento:unclear", UNAVAILABLE, SHOP, ADMINISTRATOR,
        "The shop's answer was not whole",
        "Look in the shop's log for what broke, then retry: it is looked at first whether anything "
        "was written.")
    FAILED = Cause("magento:500", UNAVAILABLE, SHOP, ADMINISTRATOR,
        "The shop failed on what it was asked for",
        "Look in the shop's log for what broke, then retry: it is looked at first whether anything "
        "was written.")
    BUSY = Cause("magento:deadlock", UNAVAILABLE, SHOP, ADMINISTRATOR,
        "The shop, or a service it asks, was busy",
        "Retry. If it stays so, look in the shop's log at what keeps its database or that service "
        "busy.")
    ASKS_FOR_PAUSE = Cause("magento:429", UNAVAILABLE, SHOP, ADMINISTRATOR,
        "The shop asks for fewer calls",
        "Wait, then retry. If it stays so, have the limit raised that a proxy in front of the shop "
        "sets.")
    NOT_SHOWN_YET = Cause("magento:not-shown-yet", Kind.OUTCOME_UNKNOWN, SHOP, ADMINISTRATOR,
        "The shop does not show yet what it was given",
        "Retry: the shop is looked at first. If it stays so, see whether its database is copied "
        "in time to where it is read from.")
    WRITE_UNDER_WAY = Cause("magento:earlier-write", UNAVAILABLE, SHOP, ADMINISTRATOR,
        "An earlier write to the shop may still be running", "Retry: the shop is looked at first.")
    MANY_UNREADABLE = Cause("magento:many-spoilt", UNAVAILABLE, SHOP, ADMINISTRATOR,
        "Many of the shop's records spoil its lists",
        "Look in the shop's log at why it cannot list them; a retry looks for the others.")
    # ---- what it says and shows
    REFUSED = Cause("magento:refused", Kind.REJECTED, SHOP, None,
        "The shop refused", "Correct in the shop what the message names, then retry.")
    NOT_FOUND = Cause("magento:404", Kind.REJECTED, SHOP, None,
        "The shop does not know what it was asked for",
        "See in the shop whether the document still exists, then retry; mark this done if it is "
        "gone for good.")
    UNREADABLE = Cause("magento:unreadable", UNEXPECTED, SHOP, None,
        "A record of the shop cannot be read",
        "Look at it in the shop. If it is right there, tell the administrator.")
    SPOILS_ITS_LIST = Cause("magento:spoils-its-list", UNEXPECTED, SHOP, None,
        "The shop cannot list one of its records",
        "Look at it in the shop's admin; often a product or an address of it was deleted. If it "
        "opens there, tell the administrator.")
    DOES_NOT_FIT = Cause("magento:unfitting", UNEXPECTED, SHOP, None,
        "A value of the shop does not fit into the portal",
        "Look at it in the shop and shorten or correct it there. If it is right, tell the "
        "administrator.")
    HIDDEN = Cause("magento:not-shown", UNEXPECTED, SHOP, ADMINISTRATOR,
        "The shop counts records and shows none",
        "Look in the shop at which module filters what its web API shows.")
    SAME_PAGE = Cause("magento:paging", UNEXPECTED, SHOP, ADMINISTRATOR,
        "The shop sends the same page again and again",
        "Look in the shop at which module, or a cache in front of it, changes its lists.")
    TOOK_EMPTY_ORDER = Cause("magento:empty-order-taken", UNEXPECTED, SHOP, ADMINISTRATOR,
        "The shop took an order that holds nothing",
        "Look in its admin whether it made one, and which of its modules does that.")
    RENUMBERED = Cause("magento:renumbered", UNEXPECTED, SHOP, SALES,
        "A web order suddenly has another number",
        "Fetch the web orders again; if it stays, look at the order in the shop.")
    # fmt: on

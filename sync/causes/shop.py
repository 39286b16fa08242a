"""Causes that lie with the shop: its address and keys, its answers, its records."""

from __future__ import annotations

from functools import partial

from sync.causes.cause import SHOP, Cause, Kind, Link, Team

misconfigured = partial(
    Cause,
    kind=Kind.MISCONFIGURED,
    system=SHOP,
    owner=Team.ADMINISTRATOR,
    link=Link.CONNECTIONS,
)
changed = partial(misconfigured, kind=Kind.CHANGED)
unavailable = partial(Cause, kind=Kind.UNAVAILABLE, system=SHOP, owner=Team.ADMINISTRATOR)
away = partial(unavailable, link=Link.CONNECTIONS, means_remote_is_away=True)
unknown = partial(unavailable, kind=Kind.OUTCOME_UNKNOWN)
rejected = partial(Cause, kind=Kind.REJECTED, system=SHOP)
unexpected = partial(Cause, kind=Kind.UNEXPECTED, system=SHOP)


class ShopCause:
    # fmt: off
    # ---- settings
    UNSET = misconfigured("magento:unset", "The shop has no address in the settings",
        "Add the shop to MAGENTO_SHOPS and set its address and keys in the environment, restart "
        "the workers, then retry.")
    ADDRESS_INVALID = misconfigured("magento:address", "The shop's address is not a web address",
        "Correct the shop's address in the environment, restart the workers, then retry.")
    ADDRESS_WRONG = misconfigured("magento:wrong-address",
        "What answers at the shop's address is not Magento",
        "Check the shop's address in the environment, and what stands in front of the shop: a "
        "proxy, a firewall, a page that asks for a password.")
    CERTIFICATE = misconfigured("magento:certificate", "The shop's certificate is not trusted",
        "Have the certificate renewed, or correct the shop's address to the one it is made out "
        "for.")
    LOGIN = misconfigured("magento:login", "The shop refuses the portal's login",
        "Check the portal's user and password in the environment, and in the shop's admin whether "
        "the user is locked; then press Test all connections.")
    KEYS = misconfigured("magento:401",
        "The shop does not accept the portal's keys, or they lack a right",
        "Check the keys of the portal's integration and, in the shop's admin, its rights.")
    CLOCK_AHEAD = misconfigured("magento:clock-ahead", "The portal's clock is ahead of the shop's",
        "Set the clocks of the portal's machines by a time server. If they are right, tell the "
        "shop's administrator that its clock is behind; then press Test all connections.")
    FORBIDDEN = misconfigured("magento:403", "The portal is kept out of the shop",
        "Check the rights of the portal's integration, and whether a firewall or proxy in front of "
        "the shop keeps the portal out.")
    SETUP = misconfigured("magento:setup",
        "The shop does not understand how the portal signs its calls",
        "Check the keys of the portal's integration and the way of signing in the settings.")
    TOO_MANY_LINES = misconfigured("magento:complex_array_limit",
        "The shop takes fewer lines in one call than the document has",
        "Raise webapi/validation/complex_array_limit in the shop, or switch "
        "webapi/validation/input_limit_enabled off; the portal does not split a document.",
        link=None)
    PAGE_SIZE = misconfigured("magento:page-size", "The shop's largest page makes no sense",
        "Correct webapi/validation/maximum_page_size in the shop.", link=None)
    NO_LIST_READABLE = misconfigured("magento:no-list", "No list of the shop can be read",
        "See in the shop's log and admin what is wrong with its web API: it fails whatever it is "
        "asked for.")
    ANSWERS_STRANGELY = misconfigured("magento:no-record",
        "The shop answers with something that is no record",
        "Check the shop's address, and what stands in front of the shop.")
    CHANGED = changed("magento:changed", "The shop looks like another than before",
        "Look at Connections: it says what is different. Correct the settings, or confirm there "
        "that the change is wanted.")
    # ---- no answer, or none that helps
    UNREACHABLE = away("magento:connect", "The shop cannot be reached",
        "See that the shop runs and can be reached from here, then retry.")
    DOWN = away("magento:down", "The shop does not answer as it should",
        "See that the shop runs and is not in maintenance, then retry.")
    BROKE_OFF = away("magento:broke-off", "The shop broke off",
        "Look in the shop's log for what broke, then retry.")
    NO_LIST_ANSWERED = away("magento:no-answer", "The shop answers for none of its lists",
        "Look in the shop's log for what broke, then retry.")
    ANSWER_LOST = away("magento:lost", "The shop's answer got lost",
        "See that the shop runs and answers in time, then retry: it is looked at first whether "
        "anything was written.")
    ANSWER_UNCLEAR = unavailable("magento:unclear", "The shop's answer was not whole",
        "Look in the shop's log for what broke, then retry: it is looked at first whether anything "
        "was written.")
    FAILED = unavailable("magento:500", "The shop failed on what it was asked for",
        "Look in the shop's log for what broke, then retry: it is looked at first whether anything "
        "was written.")
    BUSY = unavailable("magento:deadlock", "The shop, or a service it asks, was busy",
        "Retry. If it stays so, look in the shop's log at what keeps its database or that service "
        "busy.")
    ASKS_FOR_PAUSE = unavailable("magento:429", "The shop asks for fewer calls",
        "Wait, then retry. If it stays so, have the limit raised that a proxy in front of the shop "
        "sets.")
    NOT_SHOWN_YET = unknown("magento:not-shown-yet", "The shop does not show yet what it was given",
        "Retry: the shop is looked at first. If it stays so, see whether its database is copied in "
        "time to where it is read from.")
    WRITE_UNDER_WAY = unavailable("magento:earlier-write",
        "An earlier write to the shop may still be running",
        "Retry: the shop is looked at first.")
    MANY_UNREADABLE = unavailable("magento:many-spoilt",
        "Many of the shop's records spoil its lists",
        "Look in the shop's log at why it cannot list them; a retry looks for the others.")
    # ---- what it says and shows
    REFUSED = rejected("magento:refused", "The shop refused",
        "Correct in the shop what the message names, then retry.")
    NOT_FOUND = rejected("magento:404", "The shop does not know what it was asked for",
        "See in the shop whether the document still exists, then retry; mark this done if it is "
        "gone for good.")
    UNREADABLE = unexpected("magento:unreadable", "A record of the shop cannot be read",
        "Look at it in the shop. If it is right there, tell the administrator.")
    SPOILS_ITS_LIST = unexpected("magento:spoils-its-list",
        "The shop cannot list one of its records",
        "Look at it in the shop's admin; often a product or an address of it was deleted. If it "
        "opens there, tell the administrator.")
    DOES_NOT_FIT = unexpected("magento:unfitting",
        "A value of the shop does not fit into the portal",
        "Look at it in the shop and shorten or correct it there. If it is right, tell the "
        "administrator.")
    HIDDEN = unexpected("magento:not-shown", "The shop counts records and shows none",
        "Look in the shop at which module filters what its web API shows.",
        owner=Team.ADMINISTRATOR)
    SAME_PAGE = unexpected("magento:paging", "The shop sends the same page again and again",
        "Look in the shop at which module, or a cache in front of it, changes its lists.",
        owner=Team.ADMINISTRATOR)
    TOOK_EMPTY_ORDER = unexpected("magento:empty-order-taken",
        "The shop took an order that holds nothing",
        "Look in its admin whether it made one, and which of its modules does that.",
        owner=Team.ADMINISTRATOR)
    RENUMBERED = unexpected("magento:renumbered", "A web order suddenly has another number",
        "Press Sync now on the order; if it stays so, look at the order in the shop.",
        owner=Team.SALES)
    # fmt: on
    # fmt: on

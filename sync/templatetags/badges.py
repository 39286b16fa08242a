"""The look of every state: its tone and icon, declared once."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Badge(NamedTuple):
    """Tone (a CSS variant), icon (Lucide), and a label where the model has none."""

    tone: str
    icon: str
    label: str | Promise = ""


BADGES: dict[str, dict[str, Badge]] = {
    "stage": {
        "not_taken": Badge("warning", "ban"),
        "to_sync": Badge("info", "clock"),
        "in_sap": Badge("accent", "database"),
        "picking": Badge("accent", "package-open"),
        "dispatched": Badge("accent", "package-check"),
        "shipped": Badge("accent", "truck"),
        "complete": Badge("success", "circle-check"),
        "one_sided": Badge("danger", "circle-x"),
        "canceled": Badge("neutral", "circle-x"),
    },
    "station": {
        "stopped": Badge("danger", "circle-x", _("Stopped here")),
        "look": Badge("warning", "triangle-alert", _("Look here")),
        "turn": Badge("info", "hand", _("Next")),
        "moving": Badge("info", "refresh-cw", _("Under way")),
    },
    "verification": {
        "": Badge("neutral", "circle-dashed"),
        "sent": Badge("warning", "send"),
        "verified": Badge("success", "shield-check"),
        "differs": Badge("danger", "git-compare"),
    },
    "task": {
        "waiting": Badge("info", "clock"),
        "running": Badge("accent", "loader-circle"),
        "done": Badge("success", "circle-check"),
        "needs_attention": Badge("danger", "triangle-alert"),
        "cancelled": Badge("neutral", "circle-x"),
    },
    "repair": {
        "trying": Badge("accent", "loader-circle"),
        "held": Badge("danger", "triangle-alert"),
        "sent": Badge("success", "circle-check"),
        "replaced": Badge("neutral", "rotate-cw"),
    },
    "held": {
        "yes": Badge("warning", "hand", _("Held")),
    },
    "proved": {
        "yes": Badge("success", "shield-check", _("Proved")),
        "no": Badge("warning", "triangle-alert", _("Not proved")),
        "unknown": Badge("neutral", "circle-dashed", _("Not known")),
    },
    "attempt": {
        "running": Badge("accent", "loader-circle"),
        "done": Badge("success", "circle-check"),
        "retry": Badge("warning", "rotate-cw"),
        "failed": Badge("danger", "triangle-alert"),
        "errored": Badge("danger", "circle-alert"),
        "lost": Badge("warning", "circle-x"),
    },
    "picking": {
        "": Badge("neutral", "circle-dashed"),
        "A": Badge("warning", "package-open"),
        "B": Badge("accent", "hourglass"),
        "C": Badge("success", "package-check"),
    },
    "goods": {
        "": Badge("neutral", "circle-dashed", _("Not yet")),
        "A": Badge("neutral", "circle-dashed", _("Not yet")),
        "B": Badge("accent", "hourglass", _("Partly")),
        "C": Badge("success", "truck", _("Goods issued")),
    },
    "unwanted": {
        "": Badge("neutral", "circle-check"),
        "whole": Badge("danger", "ban", _("Do not ship")),
        "in_part": Badge("danger", "ban", _("Do not ship all")),
        "left": Badge("danger", "truck", _("Left though cancelled")),
        "left_in_part": Badge("danger", "truck", _("Left though cancelled in part")),
    },
    "billing": {
        "M": Badge("accent", "receipt"),
        "M-P": Badge("neutral", "file-text"),
        "N": Badge("warning", "circle-x"),
        "O": Badge("warning", "receipt"),
        "P": Badge("accent", "receipt"),
        "S": Badge("neutral", "circle-x"),
        "U": Badge("neutral", "file-text"),
        "cancelled": Badge("danger", "ban", _("Cancelled")),
    },
    "invoice": {
        "1": Badge("info", "receipt"),
        "2": Badge("success", "circle-check"),
        "3": Badge("neutral", "circle-x"),
        "uncollected": Badge("warning", "hourglass", _("Not collected by the shop")),
    },
    "payment": {
        "": Badge("neutral", "circle-dashed"),
        "nothing_due": Badge("neutral", "circle-check"),
        "not_paid": Badge("info", "clock"),
        "paid_offline": Badge("success", "circle-check"),
        "authorised": Badge("warning", "hourglass"),
        "partly_captured": Badge("warning", "hourglass"),
        "captured": Badge("success", "shield-check"),
        "booked_only": Badge("warning", "circle-question-mark"),
    },
    "mail": {
        "sent": Badge("success", "mail"),
        "accepted": Badge("accent", "send"),
        "queued": Badge("info", "clock"),
        "in_queue": Badge("info", "clock"),
        "given_up": Badge("danger", "triangle-alert"),
        "off": Badge("warning", "circle-dashed"),
        "unknown": Badge("warning", "circle-question-mark"),
        "none": Badge("neutral", "circle-dashed", _("Not mailed")),
        "left_out": Badge("neutral", "file-text", _("Not to be mailed")),
    },
    "tracking": {
        "none": Badge("warning", "map", _("No tracking")),
    },
    "told": {
        "yes": Badge("success", "mail", _("Told")),
        "no": Badge("warning", "circle-dashed", _("Not told")),
    },
    "call": {
        "ok": Badge("success", "check"),
        "done": Badge("success", "check"),
    },
    "alive": {
        "yes": Badge("success", "heart-pulse", _("Alive")),
        "no": Badge("danger", "circle-x", _("Silent")),
    },
    "dry_run": {
        "accepted": Badge("success", "circle-check"),
        "differs": Badge("danger", "git-compare"),
        "unpriced": Badge("warning", "circle-question-mark"),
        "refused": Badge("danger", "ban"),
        "unfit": Badge("danger", "triangle-alert"),
        "incomplete": Badge("warning", "map"),
    },
    "message": {
        "E": Badge("danger", "circle-alert", _("Error")),
        "A": Badge("danger", "circle-alert", _("Abort")),
        "X": Badge("danger", "circle-alert", _("Dump")),
        "W": Badge("warning", "triangle-alert", _("Warning")),
        "I": Badge("info", "info", _("Note")),
        "S": Badge("success", "check", _("Success")),
    },
    "light": {
        "green": Badge("success", "circle-check", _("Ready")),
        "amber": Badge("warning", "triangle-alert", _("Look at it")),
        "red": Badge("danger", "circle-x", _("Not ready")),
        "": Badge("neutral", "circle-dashed", _("Not checked")),
    },
    "switch": {
        "on": Badge("success", "play", _("On")),
        "off": Badge("neutral", "circle-pause", _("Off")),
    },
}

"""Mails the shop would send: who gets what, and whether the call may claim it went out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2

from sync.sandbox.shop.documents import Doc
from sync.sandbox.shop.store import Books

SHOP_NAME = "Magento Test Store"
SUBJECTS = {
    "order": f"Your {SHOP_NAME} order confirmation",
    "order_comment": f"Update to your {SHOP_NAME} order",
    "shipment": f"Your {SHOP_NAME} order has shipped",
    "invoice": f"Invoice for your {SHOP_NAME} order",
    "invoice_comment": f"Update to your {SHOP_NAME} invoice",
    "creditmemo": f"Credit memo for your {SHOP_NAME} order",
}
_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates" / "mail"), autoescape=True
)


class Post:
    """Sends (stores) mails by the shop's settings."""

    def __init__(self, books: Books, settings: dict[str, Any], now: str) -> None:
        self._books = books
        self._settings = settings
        self._now = now

    def announce(self, kind: str, order: Doc, document: Doc, comment: str = "") -> bool:
        """Mail a document; sets ``email_sent`` on it (the caller saves it).

        Returns what the e-mail routes answer: true if sent and also if the type is switched off
        [368] or the document had been mailed before [821]; false if queued [817] or refused [825].
        """
        if not self._settings[f"mail_{kind}"]:
            return True
        if self._settings["async_sending"]:
            self._write(kind, order, document, comment, sent=False)
            return False
        if not self._settings["mail_server_up"]:
            return bool(document.get("email_sent"))
        self._write(kind, order, document, comment, sent=True)
        document["email_sent"] = 1
        return True

    def update(self, kind: str, order: Doc, document: Doc, comment: str) -> bool:
        """Mail a comment; false if the mail server refused [829]."""
        if not self._settings[f"mail_{kind}"]:
            return True
        if self._settings["mail_server_up"]:
            self._write(kind, order, document, comment, sent=True)
            return True
        return False

    def _write(self, kind: str, order: Doc, document: Doc, comment: str, *, sent: bool) -> None:
        body = _templates.get_template("mail.html").render(
            kind=kind, shop=SHOP_NAME, order=order, document=document, comment=comment
        )
        self._books.add_mail(
            {
                "kind": kind,
                "order_id": order["entity_id"],
                "increment_id": order["increment_id"],
                "document_id": document["entity_id"],
                "recipient": order["customer_email"],
                "subject": SUBJECTS[kind],
                "created_at": self._now,
                "sent_at": self._now if sent else None,
                "body": body,
            }
        )


def run_cron(books: Books, now: str) -> int:
    """Send what is queued and flag the documents [819]; the number of mails."""
    queued = books.mails("sent_at IS NULL")
    for mail in queued:
        books.send_mail(mail["id"], now)
        document = books.find(mail["kind"], mail["document_id"])
        if document is not None:
            document["email_sent"] = 1
            books.save(mail["kind"], document)
    return len(queued)

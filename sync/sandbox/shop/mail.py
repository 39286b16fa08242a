"""Mails the shop would send: who gets what, and whether the call may claim it went out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2

from sync.sandbox.shop.documents import Doc
from sync.sandbox.shop.store import Books
from sync.sandbox.shop.versions import VERSIONS

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
        self._version = VERSIONS[settings["version"]]

    def announce(self, kind: str, order: Doc, document: Doc, comment: str = "") -> bool:
        """Mail a document; sets ``email_sent`` on it (the caller saves it).

        Returns what the e-mail routes answer: true if sent and also if the type is switched off
        [368] or the document had been mailed before [821]; false if queued [817] or refused [825].
        """
        if not self._is_on(kind):
            return True
        if self._settings["async_sending"]:
            self._write(kind, order, document, comment, sent=False)
            document.pop("email_sent", None)
            return False
        if not self._leaves():
            return bool(document.get("email_sent"))
        self._write(kind, order, document, comment, sent=True)
        document["email_sent"] = 1
        return True

    def _is_on(self, kind: str) -> bool:
        """Whether the mail type counts as switched on; on 2.4.8 none does while mail is disabled
        altogether (difference 11)."""
        off = self._version.switches_mail_off and self._settings["mail_disabled"]
        return bool(self._settings[f"mail_{kind}"] and not off)

    def _leaves(self) -> bool:
        """Whether sending succeeds; mail that is disabled is thrown away without a word."""
        return bool(self._settings["mail_server_up"] or self._settings["mail_disabled"])

    def update(self, kind: str, order: Doc, document: Doc, comment: str) -> bool:
        """Mail a comment; false if the mail server refused [829]."""
        if not self._is_on(kind):
            return True
        if self._leaves():
            self._write(kind, order, document, comment, sent=True)
            return True
        return False

    def work_off(self) -> int:
        """The cron job: send what is queued and flag the documents [819]; how many went out.

        What the mail server refuses stays queued. 2.4.8 counts its attempts on the document,
        -2, -1, then 0, and tries no more (difference 9); 2.4.7 tries for ever.
        """
        queued = self._books.mails("sent_at IS NULL")
        leaves = self._leaves()
        for mail in queued:
            if leaves:
                self._send(mail)
            elif self._version.counts_mail_attempts:
                self._miss(mail)
        return len(queued) if leaves else 0

    def _send(self, mail: Doc) -> None:
        if self._settings["mail_disabled"]:
            self._books.drop_mail(mail["id"])
        else:
            self._books.send_mail(mail["id"], self._now)
        self._flag(mail, 1)

    def _miss(self, mail: Doc) -> None:
        document = self._books.find(mail["kind"], mail["document_id"]) or {}
        before = document.get("email_sent")
        left = min(before if before is not None else -self._settings["async_sending_attempts"], -1)
        self._flag(mail, left + 1)
        if left + 1 == 0:
            self._books.drop_mail(mail["id"])

    def _flag(self, mail: Doc, email_sent: int) -> None:
        document = self._books.find(mail["kind"], mail["document_id"])
        if document is not None:
            document["email_sent"] = email_sent
            self._books.save(mail["kind"], document)

    def _write(self, kind: str, order: Doc, document: Doc, comment: str, *, sent: bool) -> None:
        if sent and self._settings["mail_disabled"]:
            return
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

"""Messages of the function modules: class, number, text in the logon language (SAP sheet 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_TEXTS: dict[str, tuple[str, str]] = {
    "V4233": ("&1 has been processed successfully", "&1 wurde erfolgreich verarbeitet"),
    "V1311": ("&1 &2 has been saved", "&1 &2 ist gesichert worden"),
    "V1555": (
        "The sales document is not yet complete: edit data",
        "Der Verkaufsbeleg ist noch unvollständig: Daten bearbeiten",
    ),
    "V4219": ("Sales document &1 was not changed", "Verkaufsbeleg &1 wurde nicht geändert"),
    "V4248": ("Error in &1 &2", "Fehler in &1 &2"),
    "V4115": (
        "Purchase order number &1 already exists for customer &2 (document &3)",
        "Bestellnummer &1 ist für Kunde &2 bereits vorhanden (Beleg &3)",
    ),
    "CZ115": ("Sales area &1 &2 &3 does not exist", "Vertriebsbereich &1 &2 &3 existiert nicht"),
    "V1301": ("Sales document &1 already exists", "Verkaufsbeleg &1 ist bereits vorhanden"),
    "V1302": ("Sales document &1 does not exist", "Verkaufsbeleg &1 ist nicht vorhanden"),
    "V1042": (
        "Sales document &1 is currently being processed by user &2",
        "Verkaufsbeleg &1 wird gerade vom Benutzer &2 bearbeitet",
    ),
    "V1382": (
        "Material &1 is not defined for sales org. &2, distr. channel &3, language &4",
        "Material &1 ist für Verkaufsorg. &2, Vertriebsweg &3, Sprache &4 nicht definiert",
    ),
    "V1384": (
        "Sales unit &1 is not defined for item &2",
        "Verkaufsmengeneinheit &1 ist für Position &2 nicht definiert",
    ),
    "V1320": ("Order type &1 is not defined", "Auftragsart &1 ist nicht definiert"),
    "V1331": ("Item &1 does not exist", "Position &1 ist nicht vorhanden"),
    "V1363": ("Enter a quantity for item &1", "Bitte Menge zu Position &1 angeben"),
    "V1484": ("Item category &1 is not defined", "Positionstyp &1 ist nicht vorgesehen"),
    "V1801": ("Condition type &1 is not allowed here", "Konditionsart &1 ist hier nicht erlaubt"),
    "V1802": ("Currency &1 is not defined", "Währung &1 ist nicht vorgesehen"),
    "V1112": (
        "Document &1 cannot be deleted: subsequent documents exist",
        "Beleg &1 kann nicht gelöscht werden: Folgebelege vorhanden",
    ),
    "V1803": ("Rejection reason &1 is not defined", "Absagegrund &1 ist nicht vorgesehen"),
    "VP112": (
        "Sold-to party &1 is not maintained for sales area &2 &3 &4",
        "Auftraggeber &1 ist für Vertriebsbereich &2 &3 &4 nicht gepflegt",
    ),
    "VP199": ("Customer &1 does not exist", "Kunde &1 ist nicht vorhanden"),
    "VP201": ("No sold-to party given", "Kein Auftraggeber angegeben"),
    "VP202": ("Partner role &1 is not defined", "Partnerrolle &1 ist nicht vorgesehen"),
    "VP206": (
        "One-time customer &1: enter an address (&2 is missing)",
        "CPD-Kunde &1: Bitte Anschrift angeben (&2 fehlt)",
    ),
    "VP207": ("Vendor &1 does not exist", "Lieferant &1 ist nicht vorhanden"),
    "SG105": ("Enter rate for &1 / &2", "Bitte Kurs &1 / &2 pflegen"),
    "VL311": ("Delivery &1 saved", "Lieferung &1 gesichert"),
    "VL302": ("Delivery &1 does not exist", "Lieferung &1 ist nicht vorhanden"),
    "VF004": ("Billing document &1 does not exist", "Faktura &1 ist nicht vorhanden"),
    "VF041": (
        "No billing documents found for reference &1",
        "Zu Referenzbeleg &1 wurden keine Fakturen gefunden",
    ),
    "F2153": ("Customer &1 does not exist", "Debitor &1 ist nicht angelegt"),
    "S&150": ("Update was terminated (&1)", "Verbuchung wurde abgebrochen (&1)"),
    "00055": ("Fill in all required fields (&1)", "Bitte alle Mussfelder ausfüllen (&1)"),
    "W1001": (
        "Billing document &1 does not belong to partner &2",
        "Faktura &1 gehört nicht zu Partner &2",
    ),
}


@dataclass(frozen=True, slots=True)
class Message:
    """A message as a function module reports it."""

    type: str
    message_class: str
    number: str
    variables: tuple[str, ...] = ()
    parameter: str = ""
    row: int = 0
    field: str = ""

    @property
    def is_failure(self) -> bool:
        """Whether nothing may be saved."""
        return self.type in "EAX"

    def text(self, language: str) -> str:
        """The text in the logon language (E or D)."""
        english, german = _TEXTS.get(self.message_class + self.number, ("", ""))
        text = german if language in ("D", "DE") else english
        for position in range(4):
            value = self.variables[position] if position < len(self.variables) else ""
            text = text.replace(f"&{position + 1}", value)
        return " ".join(text.split()) or f"{self.message_class} {self.number}"

    def bapiret2(self, language: str) -> dict[str, Any]:
        """As BAPIRET2."""
        return {
            **self.bapiret1(language),
            "PARAMETER": self.parameter,
            "ROW": self.row,
            "FIELD": self.field,
            "SYSTEM": "SBXCLNT100",
        }

    def bapiret1(self, language: str) -> dict[str, Any]:
        """As BAPIRET1 and BAPIRETURN1."""
        return {
            "TYPE": self.type,
            "ID": self.message_class,
            "NUMBER": self.number,
            "MESSAGE": self.text(language),
            **self._variables(),
        }

    def bapireturn(self, language: str) -> dict[str, Any]:
        """As BAPIRETURN: class and number glued together."""
        return {
            "TYPE": self.type,
            "CODE": self.message_class + self.number,
            "MESSAGE": self.text(language),
            **self._variables(),
        }

    def _variables(self) -> dict[str, str]:
        return {f"MESSAGE_V{i + 1}": value[:50] for i, value in enumerate(self.variables)}

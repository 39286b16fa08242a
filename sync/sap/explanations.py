"""What each SAP message means in plain words, who has to act, and how.

SAP sheet 3; codes marked [U] there are unconfirmed. An administrator's own entries win over this
list (SapOptions.taught_messages).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    OK = "ok"
    WARNING = "warning"
    LOCKED = "locked"
    MISSING_MASTER_DATA = "missing_master_data"
    DUPLICATE = "duplicate"
    INCOMPLETE = "incomplete"
    CLOSED_PERIOD = "closed_period"
    UPDATE_FAILED = "update_failed"
    BUSINESS = "business"


class Owner(StrEnum):
    SALES = "sales"
    LOGISTICS = "logistics"
    FINANCE = "finance"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Explanation:
    kind: Kind
    words: str
    remedy: str
    owner: Owner


UNKNOWN = Explanation(
    Kind.BUSINESS,
    "SAP refused with a message that is not in our list.",
    "Read SAP's own text; an administrator can add the message to the list.",
    Owner.SALES,
)
NOT_A_FAILURE = Explanation(Kind.OK, "SAP reports success.", "", Owner.SALES)
ONLY_A_WARNING = Explanation(
    Kind.WARNING, "SAP warns, but goes on.", "Read the warning.", Owner.SALES
)


def _master_data(words: str, remedy: str, owner: Owner = Owner.SALES) -> Explanation:
    return Explanation(Kind.MISSING_MASTER_DATA, words, remedy, owner)


def _locked(words: str) -> Explanation:
    return Explanation(
        Kind.LOCKED, words, "Nothing to do: it is tried again by itself.", Owner.SALES
    )


def _duplicate(words: str) -> Explanation:
    remedy = "Look the order up by its reference before doing anything else."
    return Explanation(Kind.DUPLICATE, words, remedy, Owner.SALES)


def _closed_period(words: str, period: str, owner: Owner) -> Explanation:
    remedy = f"Open the {period} in SAP, or choose another date, then try again."
    return Explanation(Kind.CLOSED_PERIOD, words, remedy, owner)


def _refused(words: str, remedy: str, owner: Owner = Owner.SALES) -> Explanation:
    return Explanation(Kind.BUSINESS, words, remedy, owner)


_UPDATE_FAILED = Explanation(
    Kind.UPDATE_FAILED,
    "SAP's update task broke off: nothing was saved.",
    "Ask the SAP team to read the failed update (transaction SM13), then try again.",
    Owner.ADMINISTRATOR,
)

EXPLANATIONS: dict[str, Explanation] = {
    "V1 042": _locked("Someone has the sales document open in SAP."),
    "V1 043": _locked("Someone has the sales document open in SAP."),
    "VL 046": _locked("Someone has the delivery open in SAP."),
    "MC 601": _locked("The object is locked by another user in SAP."),
    "CZ 115": _master_data(
        "The sales area does not exist in SAP.",
        "Correct the sales organisation, distribution channel and division of the shop.",
        Owner.ADMINISTRATOR,
    ),
    "V1 382": _master_data(
        "The material is not set up in this sales area.",
        "Extend the material in SAP, or correct its entry in the material mapping.",
    ),
    "V1 849": _master_data(
        "The material is not maintained for the plant.",
        "Extend the material to the plant in SAP, or correct the mapping.",
        Owner.LOGISTICS,
    ),
    "V1 384": _master_data(
        "The sales unit is not defined for the material.",
        "Add the unit to the material in SAP, or correct the unit in the material mapping.",
    ),
    "VP 112": _master_data(
        "The customer is not set up in this sales area.",
        "Extend the customer in SAP, or correct the customer mapping.",
    ),
    "VP 199": _master_data(
        "The customer is not set up in this sales area.",
        "Extend the customer in SAP, or correct the customer mapping.",
    ),
    "V4 115": _duplicate("SAP already has an order with this customer reference."),
    "V1 555": Explanation(
        Kind.INCOMPLETE,
        "The order is saved but incomplete: it will not be delivered until completed.",
        "Open the order in SAP and fill in what its incompletion log lists.",
        Owner.SALES,
    ),
    "V1 293": Explanation(
        Kind.INCOMPLETE,
        "Data of a line is incomplete.",
        "Check the line's material, plant and price in SAP.",
        Owner.SALES,
    ),
    "V1 302": _refused(
        "The sales document does not exist in SAP.",
        "Check the number; the document may have been deleted or archived.",
    ),
    "F5 201": _closed_period("The posting period is not open.", "period", Owner.FINANCE),
    "F5 286": _closed_period("The posting period is not open.", "period", Owner.FINANCE),
    "M7 053": _closed_period(
        "Goods movements are only possible in the current periods.",
        "material period",
        Owner.LOGISTICS,
    ),
    "00 341": _refused(
        "A program in SAP broke off while it worked on this document.",
        "Ask the SAP team to read the short dump (transaction ST22).",
        Owner.ADMINISTRATOR,
    ),
    "AD 559": _refused(
        "A table read asked SAP for more than 512 characters per row.",
        "Report it: the portal must ask for fewer columns.",
        Owner.ADMINISTRATOR,
    ),
    # ---- the rest of the sheet's section 3
    "V1 293 W": Explanation(
        Kind.INCOMPLETE,
        "Data of a line is incomplete.",
        "Check the line's material, plant and price in SAP.",
        Owner.SALES,
    ),
    "V4 219": _refused(
        "SAP did not save the document.",
        "Read the message before this one; it names the cause.",
    ),
    "V4 248": _refused(
        "Part of the order was refused.",
        "Read the message before this one; it names the cause.",
    ),
    "V1 311": _refused(
        "SAP reports the order as saved.", "Look the order up by its reference in SAP."
    ),
    "VL 311": _refused("SAP reports the delivery as saved.", "Look the delivery up in SAP."),
    # ---- commit: the update task (sheet 12.14)
    "S& 150": _UPDATE_FAILED,
    "00 350": _UPDATE_FAILED,
    # ---- known from SAP systems, not on the sheet: unconfirmed
    "M3 682": _locked("Someone has the plant data of the material open in SAP."),
    "M3 897": _locked("Someone has the plant data of the material open in SAP."),
    "M3 305": _master_data(
        "The material does not exist in SAP.",
        "Create the material in SAP, or correct its entry in the material mapping.",
    ),
    "M7 021": _refused(
        "There is not enough stock for the goods issue.",
        "Correct the stock in SAP, then post the goods issue.",
        Owner.LOGISTICS,
    ),
    "SG 105": _master_data(
        "An exchange rate is missing in SAP.",
        "Maintain the rate in SAP (transaction OB08), then try again.",
        Owner.FINANCE,
    ),
    "00 055": _refused(
        "A required field was not filled.", "Report it: the portal must fill this field."
    ),
    "00 058": _master_data(
        "A value does not exist in SAP's customising.",
        "Correct the mapping that supplies the value SAP names.",
        Owner.ADMINISTRATOR,
    ),
    "F2 153": _master_data(
        "The customer does not exist in SAP.",
        "Create the customer in SAP, or correct the customer mapping.",
    ),
    "F5 702": _refused(
        "The accounting document does not balance.",
        "Ask finance to check account determination and rounding of the billing document.",
        Owner.FINANCE,
    ),
    "RW 609": _refused(
        "Accounting refused the billing document.",
        "Read the messages that follow in SAP; finance removes the cause and releases it (VFX3).",
        Owner.FINANCE,
    ),
    # ---- texts the stand-in SAP uses; the numbers are not confirmed for a real system
    "V1 301": _duplicate("A sales document with this number already exists."),
    "V1 320": _master_data(
        "The order type is not defined.",
        "Correct the order type of the sales area.",
        Owner.ADMINISTRATOR,
    ),
    "V1 331": _refused("The item does not exist.", "Check the order's items in SAP."),
    "V1 363": _refused("A line has no quantity.", "Check the line in the shop."),
    "V1 484": _master_data(
        "The item category is not allowed here.",
        "Correct the item category in the material mapping, or SAP's determination of it.",
        Owner.ADMINISTRATOR,
    ),
    "V1 801": _master_data(
        "The condition type is not allowed in the pricing procedure.",
        "Allow it as a manual condition in SAP, or correct the condition of the sales area.",
        Owner.ADMINISTRATOR,
    ),
    "V1 802": _master_data(
        "The currency is not defined in SAP.",
        "Define the currency in SAP, or change the shop's currency.",
        Owner.FINANCE,
    ),
    "V1 803": _master_data(
        "The reason for rejection is not defined.",
        "Correct the reason in the settings.",
        Owner.ADMINISTRATOR,
    ),
    "V1 112": _refused(
        "The document has successors and cannot be deleted.",
        "Cancel its deliveries and billing documents first.",
        Owner.LOGISTICS,
    ),
    "VP 201": _master_data(
        "The order has no sold-to party.",
        "Check that the partner roles are the internal ones (AG, WE, RE, RG).",
        Owner.ADMINISTRATOR,
    ),
    "VP 202": _master_data(
        "The partner role is not defined.",
        "Check that the partner roles are the internal ones (AG, WE, RE, RG).",
        Owner.ADMINISTRATOR,
    ),
    "VP 206": _refused(
        "The address of the one-time customer is not complete.",
        "Complete the address in the shop, then try again.",
    ),
    "VP 207": _master_data(
        "The vendor does not exist.",
        "Create the forwarding agent in SAP, or correct the partner.",
        Owner.LOGISTICS,
    ),
    "VL 302": _refused("The delivery does not exist in SAP.", "Check the number.", Owner.LOGISTICS),
    "VF 004": _refused(
        "The billing document does not exist in SAP.", "Check the number.", Owner.FINANCE
    ),
    "VF 041": _refused(
        "Nothing was billed for this document yet.", "Wait for the billing run.", Owner.FINANCE
    ),
    "W1 001": _refused(
        "The billing document does not belong to this partner.",
        "Correct the partner role of the web invoice (SapOptions.web_invoice_partner_role).",
        Owner.ADMINISTRATOR,
    ),
}

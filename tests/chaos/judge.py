"""The judgement of one order, from the books of both sides and from what the portal says of it.

Pure. Every finding belongs to one of ``KINDS``; a run without findings is the only good one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tests.chaos.events import End, Event
from tests.chaos.lines import Quantities, bundles, of_items, of_papers, plain_lines
from tests.chaos.money import judge_money, own_invoices
from tests.chaos.stand_ins import Books, valid_bills

KINDS = (
    "lost", "doubled", "wrong_quantities", "wrong_amounts", "extra_mails", "stuck", "lies",
    "needs_hand",
)  # fmt: skip
DELIVERY, BILLING = "SAP delivery", "SAP billing document"
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with the order it is wrong with."""

    kind: str
    order: str
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What the portal says of an order; ``key`` is in the address of its page."""

    key: int
    stage: str
    verification: str
    sap_number: str
    is_confirmed: bool
    told_shipments: frozenset[int] = frozenset()
    told_invoices: frozenset[int] = frozenset()
    # Billing documents of which a person is asked whether the bank has paid: the expected end of
    # a capture whose answer was lost or refused, for nothing may be captured twice.
    asked_about: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """One order: the shop's books, SAP's books, the portal's words."""

    increment_id: str
    shop: Books
    sap: list[Books]
    claim: Claim | None = None
    event: Event | None = None
    found: list[Finding] = field(default_factory=list)

    @property
    def is_called_off(self) -> bool:
        """Whether it is to end canceled on both sides."""
        return self.event is not None and self.event.end == End.CANCELED

    @property
    def is_rest(self) -> bool:
        """Whether a line of it stays behind, and the portal is to say so."""
        return self.event is not None and self.event.end == End.REST

    def refunded(self, document: Books, member: str) -> Decimal:
        """What was given back before SAP knew the order, and is not ordered there."""
        is_rest = self.event is not None and self.event.refunds
        return _number(document, member) if is_rest else Decimal(0)

    @property
    def asked_about(self) -> frozenset[str]:
        """Billing documents left to a person who looks at the bank."""
        return self.claim.asked_about if self.claim else frozenset()

    def blame(self, kind: str, text: str) -> None:
        """Note a finding."""
        self.found.append(Finding(kind, self.increment_id, text))


def judge(case: Case) -> list[Finding]:
    """Everything that is wrong with one order; empty when all is well."""
    if case.is_called_off:
        _judge_canceled(case)
        return case.found
    if not case.sap:
        case.blame("lost", "not in SAP")
    for extra in case.sap[1:]:
        case.blame("doubled", f"also in SAP as {extra['number']}")
    if case.sap and case.shop:
        _judge_documents(case, case.sap[0])
        _judge_quantities(case, case.sap[0])
        if not case.is_rest:  # SAP's sums leave the rejected line out
            _judge_amounts(case, case.sap[0])
    if case.shop:
        judge_money(case.shop, is_known=bool(case.asked_about), blame=case.blame)
    _judge_mails(case)
    _judge_recipients(case)
    (_judge_expected_end if case.asked_about else _judge_end)(case)
    _judge_claim(case)
    return case.found


def _judge_canceled(case: Case) -> None:
    """It may be in SAP, where everything is rejected; nothing has left, nothing was billed."""
    for extra in case.sap[1:]:
        case.blame("doubled", f"also in SAP as {extra['number']}")
    for sap in case.sap:
        if sap["rejection_status"] != "C":
            case.blame("stuck", f"SAP order {sap['number']} is not rejected")
        if sap["deliveries"] or sap["billing_documents"]:
            case.blame("wrong_quantities", "canceled, but SAP delivers or bills it")
    if case.shop["shipments"] or case.shop["invoices"]:
        case.blame("doubled", "canceled, but shipped or invoiced in the shop")
    if case.claim is None:
        case.blame("stuck", "the portal does not know the order")
    elif case.claim.stage != "canceled":
        case.blame("stuck", f"canceled on both sides, but the portal says {case.claim.stage}")


def judge_strays(references: Mapping[str, str], is_in_shop: Callable[[str], bool]) -> list[Finding]:
    """SAP orders, by their number the reference, that stand for no web order at all."""
    return [
        Finding("doubled", reference, f"SAP order {number} is of no web order: “{reference}”")
        for number, reference in references.items()
        if not reference or not is_in_shop(reference)
    ]


def judge_page(case: Case, text: str) -> list[Finding]:
    """Whether an order's page names every document, and the end, as both books have them."""
    words = [one["number"] for one in case.sap]
    for sap in case.sap:
        words += [one["number"] for one in (*sap["deliveries"], *valid_bills(sap))]
        words += [parcel for one in sap["deliveries"] for parcel in one["tracking"]]
    papers = (*case.shop["shipments"], *case.shop["invoices"])
    words += [paper["increment_id"] for paper in papers]
    if case.claim is not None and not case.found and not case.asked_about:
        words += _words_of_the_end(case)
    missing = [word for word in words if word not in text]
    said = f"its page does not say {', '.join(missing)}"
    return [Finding("lies", case.increment_id, said)] if missing else []


def _words_of_the_end(case: Case) -> list[str]:
    if case.is_called_off:
        return ["Canceled"]
    return ["rejected in SAP" if case.is_rest else "Complete", "Verified"]


# ---- documents
def _judge_documents(case: Case, sap: Books) -> None:
    number = case.shop["order"].get("ext_order_id")
    if number != sap["number"]:
        case.blame("lost", f"the shop carries {number or 'no number'} and not {sap['number']}")
    left = [one for one in sap["deliveries"] if one["goods_movement_status"] == "C"]
    billed = [one["number"] for one in valid_bills(sap) if one["number"] not in case.asked_about]
    _match(case, "shipment", DELIVERY, [one["number"] for one in left])
    _match(case, "invoice", BILLING, billed)
    for delivery in left:
        _judge_parcels(case, delivery)


def _match(case: Case, kind: str, marker: str, numbers: list[str]) -> None:
    """One paper in the shop for each of SAP's documents, and no other. Where people made some by
    hand, quantities and amounts tell whether all is there."""
    by_hand = case.event is not None and kind in case.event.papers_by_hand
    by_hand = by_hand or (kind == "invoice" and bool(own_invoices(case.shop)))
    found: Counter[str] = Counter()
    for paper in case.shop[f"{kind}s"]:
        marks = _marks_of(paper, marker)
        found.update(marks)
        if not set(marks) & set(numbers) and not (by_hand and not marks):
            told = ", ".join(marks) or "(no marker)"
            case.blame("doubled", f"in the shop without cause: {marker} {told}")
    for number in numbers:
        if not found[number] and not by_hand:
            case.blame("lost", f"nothing in the shop for {marker} {number}")
        for _ in range(found[number] - 1):
            case.blame("doubled", f"twice in the shop: {marker} {number}")


def _judge_parcels(case: Case, delivery: Books) -> None:
    for shipment in case.shop["shipments"]:
        if delivery["number"] not in _marks_of(shipment, DELIVERY):
            continue
        shown = Counter(track["track_number"] for track in shipment["tracks"])
        wanted: Counter[str] = Counter(delivery["tracking"])
        for parcel in (wanted - shown).elements():
            case.blame("lost", f"parcel {parcel} is not in the shop")
        for parcel in (shown - wanted).elements():
            case.blame("doubled", f"parcel {parcel} too often in the shop")


def _marks_of(paper: Books, marker: str) -> list[str]:
    """The documents it stands for, by its comments; a successor adds its own."""
    texts = [str(comment.get("comment") or "") for comment in paper.get("comments") or ()]
    return [text.removeprefix(marker).strip() for text in texts if text.startswith(marker)]


def _number(document: Books, member: str) -> Decimal:
    return Decimal(str(document.get(member) or 0))


# ---- quantities
def _judge_quantities(case: Case, sap: Books) -> None:
    issued, billed = of_items(sap, "issued"), of_items(sap, "billed")
    ordered = of_items(sap, "quantity")
    shipped = of_papers(case.shop["shipments"])
    invoiced = of_papers(case.shop["invoices"])
    is_invoiced_at_once = bool(own_invoices(case.shop))
    for line in plain_lines(case.shop["order"]):
        at = int(line["item_id"])
        in_shop = _number(line, "qty_ordered") - case.refunded(line, "qty_refunded")
        if ordered[at] != in_shop:
            case.blame(
                "wrong_quantities", f"{line['sku']}: ordered {in_shop}, in SAP {ordered[at]}"
            )
        wanted = Decimal(0) if line.get("is_virtual") else issued[at]
        _compare(case, line, "shipped", wanted, shipped[at], "qty_shipped")
        if not case.asked_about:
            wanted = in_shop if is_invoiced_at_once else billed[at]
            wanted += case.refunded(line, "qty_refunded")  # invoiced before
            _compare(case, line, "invoiced", wanted, invoiced[at], "qty_invoiced")
    for parent, parts in bundles(case.shop["order"]):
        _judge_bundle(case, sap, (parent, parts), (shipped, invoiced))


def _compare(
    case: Case, line: Books, verb: str, wanted: Decimal, found: Decimal, column: str
) -> None:
    on_line = Decimal(str(line.get(column) or 0))
    if not wanted == found == on_line:
        case.blame(
            "wrong_quantities",
            f"{line['sku']}: SAP says {wanted} {verb}, the shop's papers {found}, its order "
            f"{on_line}",
        )


def _judge_bundle(
    case: Case, sap: Books, bundle: tuple[Books, list[Books]], sums: tuple[Quantities, Quantities]
) -> None:
    """A bundle that has left and was billed whole must be so in the shop, by parent or by parts."""
    parent, parts = bundle
    done = {"shipped": sap["delivery_status"], "invoiced": sap["billing_status"]}
    if case.asked_about:
        del done["invoiced"]
    for (verb, status), found in zip(done.items(), sums, strict=False):
        goods = [one for one in parts if verb == "invoiced" or not one.get("is_virtual")]
        by_parent = _share(parent, found)
        by_parts = [_share(part, found) for part in goods]
        wanted = Decimal(1 if status == "C" else 0)
        is_right = by_parent == wanted or (bool(by_parts) and set(by_parts) == {wanted})
        too_much = (by_parent > 1 and not by_parts) or any(one > 1 for one in by_parts)
        if not is_right or too_much:
            case.blame("wrong_quantities", f"{parent['sku']}: bundle not {verb} as SAP says")


def _share(line: Books, found: Quantities) -> Decimal:
    return found[int(line["item_id"])] / Decimal(str(line["qty_ordered"]))


# ---- amounts and mails
def _judge_amounts(case: Case, sap: Books) -> None:
    order = case.shop["order"]
    total = _number(order, "grand_total") - case.refunded(order, "total_refunded")
    gross = Decimal(sap["gross_value"])
    if abs(total - gross) > CENT:
        case.blame("wrong_amounts", f"the shop's order {total}, SAP's order {gross}")
    if sap["billing_status"] != "C" or case.asked_about:
        return
    billed = sum((Decimal(one["gross_value"]) for one in valid_bills(sap)), Decimal(0))
    invoiced = sum((_number(one, "grand_total") for one in case.shop["invoices"]), Decimal(0))
    invoiced -= case.refunded(order, "total_refunded")
    if abs(billed - gross) > CENT or abs(invoiced - total) > CENT:
        case.blame("wrong_amounts", f"ordered {total}, billed {billed}, invoiced {invoiced}")


def _judge_recipients(case: Case) -> None:
    for mail in case.shop.get("mails", ()):
        if case.shop["order"]["customer_email"] not in str(mail["recipient"]):
            case.blame("extra_mails", f"a mail went to another: {mail['kind']}")


def _judge_mails(case: Case) -> None:
    sent = Counter((mail["kind"], mail["document_id"]) for mail in case.shop.get("mails", ()))
    for kind in ("shipment", "invoice"):
        for paper in case.shop.get(f"{kind}s", ()):
            _judge_mails_of(case, kind, paper, sent.pop((kind, paper["entity_id"]), 0))
    for (kind, _document), count in sent.items():
        for _ in range(count - (kind == "order")):
            case.blame("extra_mails", f"a mail nobody asked for: {kind}")


def _judge_mails_of(case: Case, kind: str, paper: Books, count: int) -> None:
    marker = DELIVERY if kind == "shipment" else BILLING
    is_due = not (kind == "invoice" and _gets_it_from_sap(case.shop["order"]))
    if is_due and not count and _marks_of(paper, marker):
        case.blame("lost", f"no mail for {kind} {paper['increment_id']}")
    for _ in range(count - is_due):
        case.blame("extra_mails", f"one mail too many for {kind} {paper['increment_id']}")


def _gets_it_from_sap(order: Books) -> bool:
    """By the demo's rule: German business customers of the B2B store."""
    address = order["billing_address"]
    is_business = bool(address.get("company") or address.get("vat_id"))
    return order["store_id"] == 3 and address["country_id"] == "DE" and is_business


# ---- the end, and what the portal says
def _judge_end(case: Case) -> None:
    if case.sap and (case.sap[0]["delivery_status"] in ("A", "B")
                     or case.sap[0]["billing_status"] in ("A", "B")):  # fmt: skip
        case.blame("stuck", "SAP has not delivered and billed everything")
    elif case.shop and not case.is_rest and not _is_complete_in_shop(case):
        case.blame("stuck", f"the shop's order is {case.shop['order']['state']}")
    if case.claim is None:
        case.blame("stuck", "the portal does not know the order")
    elif case.claim.stage != ("one_sided" if case.is_rest else "complete"):
        case.blame("stuck", f"the portal says {case.claim.stage}")
    elif case.claim.verification != "verified":
        case.blame("needs_hand", f"the portal says {case.claim.verification}, not verified")
    elif not case.claim.is_confirmed:
        case.blame("stuck", "the portal has not seen its number in the shop")


def _judge_expected_end(case: Case) -> None:
    """A person is asked what the bank has done: only then may an order stay open; it says so."""
    if case.claim is not None and case.claim.stage == "complete":
        documents = ", ".join(sorted(case.asked_about))
        case.blame("lies", f"“Complete”, but nobody knows whether {documents} was paid")


def _is_complete_in_shop(case: Case) -> bool:
    """From 2.4.8 on an order with a refunded piece stays in processing ("Versions" 10)."""
    state = case.shop["order"]["state"]
    return state == "complete" or (
        bool(case.event and case.event.refunds) and state == "processing"
    )


def _judge_claim(case: Case) -> None:
    claim = case.claim
    if claim is None:
        return
    numbers = [one["number"] for one in case.sap]
    if claim.verification == "verified" and numbers != [claim.sap_number]:
        case.blame("lies", f"“Verified” as {claim.sap_number}, but SAP holds {numbers}")
    if claim.is_confirmed and case.shop["order"].get("ext_order_id") != claim.sap_number:
        case.blame("lies", "“confirmed”, but the shop carries another number")
    if claim.stage == "complete" and case.found:
        case.blame("lies", f"“Complete”, but {case.found[0].text}")
    for kind, told in (("shipment", claim.told_shipments), ("invoice", claim.told_invoices)):
        mailed = {m["document_id"] for m in case.shop.get("mails", ()) if m["kind"] == kind}
        if told != mailed:
            case.blame("lies", f"says mailed {kind}s {sorted(told)}, mailed were {sorted(mailed)}")

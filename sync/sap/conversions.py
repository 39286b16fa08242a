"""Conversion exits by field: RFC runs none of them, so values must come in internal form.

SAP sheet 1.5; fields and exits as SAP's own metadata dump of the sales order modules lists them,
with the selection parameters of the reading modules added.
"""

from __future__ import annotations

ALPHA, MATN1, CUNIT = "ALPHA", "MATN1", "CUNIT"
FIELDS_BY_EXIT: dict[str, tuple[str, ...]] = {
    ALPHA: (
        "ACCOUNTNO", "ADDRESS", "ADDR_LINK", "ADDR_NO", "CUSTOMER", "DELIV_NUMB", "DOCUMENT",
        "DOC_NUMBER", "GL_ACCOUNT", "LOG_SYSTEM", "PARTN_NUMB", "PAYER", "POITM_NO_S",
        "PO_ITM_NO", "PRECSDDOC", "P_NUMB_NEW", "P_NUMB_OLD", "REF_DOC", "SD_DOC", "SHIP_TO",
        "SOLD_TO", "SUBSSDDOC", "VBELN", "VENDOR_NO",
        # not in the dump: parameters and selection fields of the same document numbers
        "BILLINGDOC", "BILLINGDOCUMENT", "CUSTOMERNO", "CUSTOMER_NUMBER", "DELIV_NUMB_HIGH",
        "DELIV_NUMB_LOW", "PARTNER_NUMBER", "REF_DOC_HIGH", "REF_DOC_LOW", "SALESDOCUMENT",
    ),
    MATN1: ("MATERIAL", "MAT_ENTRD", "PLNG_MATL", "PRICE_REF", "PR_REF_MAT"),
    CUNIT: ("COND_D_UNT", "COND_UNIT", "SALES_UNIT", "TARGET_QU"),
    "PARVW": ("PARTN_ROLE",),
    "AUART": ("DOC_TYPE",),
    "ISOLA": ("LANGU",),
}  # fmt: skip
EXIT_OF = {name: key for key, names in FIELDS_BY_EXIT.items() for name in names}


def is_padded(field: str) -> bool:
    """Whether exit ALPHA pads the field's digits to its length.

    MATN1 and CUNIT depend on customising and are applied where the call is built (SapOptions);
    roles, order types and languages are kept in internal form in the configuration.
    """
    return EXIT_OF.get(field) == ALPHA

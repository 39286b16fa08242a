"""How many decimals amounts of a currency have (ISO 4217; in SAP: table TCURX)."""

from __future__ import annotations

USUAL_DECIMALS = 2
OTHER_DECIMALS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV",
         "XAF", "XOF", "XPF"), 0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}  # fmt: skip


def currency_decimals(currency: str) -> int:
    return OTHER_DECIMALS.get(currency.strip().upper(), USUAL_DECIMALS)

"""Where SAP shows a document itself, by the addresses in the settings."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings


def sap_page_of(kind: str, number: str) -> str:
    """Of orders, deliveries or billing documents; empty where the settings name no address, or the
    document is not in SAP."""
    template: str = settings.SAP_PAGES[kind]
    if not number or not template.startswith(("https://", "http://")):
        return ""
    return template.replace("{number}", quote(number, safe=""))

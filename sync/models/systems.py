"""The systems the portal works with, by name: ``sap``, and ``magento:code`` for each shop."""

from __future__ import annotations

SAP = "sap"
MAGENTO = "magento"  # any shop: remote calls and errors name no more


def shop_system(code: str) -> str:
    """The name under which records of a shop as a remote are kept."""
    return f"{MAGENTO}:{code}"


def shop_code(system: str) -> str:
    """Which shop a system is."""
    return system.removeprefix(f"{MAGENTO}:")


def kind_of(system: str) -> str:
    """``SAP`` or ``MAGENTO``."""
    return system.partition(":")[0]


def name_of(system: str) -> str:
    """How people call a remote."""
    return "SAP" if system == SAP else f"The shop {shop_code(system)}"


def changed_name_of(system: str) -> str:
    """How people call a remote that is not what it was."""
    return f"{name_of(system)} looks like another {'system' if system == SAP else 'shop'}"

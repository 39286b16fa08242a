"""The systems the portal works with, by name: ``sap``, and ``magento:code`` for each shop."""

from __future__ import annotations

from sync.told import told

SAP = "sap"
MAGENTO = "magento"  # any shop: remote calls and errors name no more


def shop_system(code: str) -> str:
    """The name under which a shop's remote calls, health and identity are recorded."""
    return f"{MAGENTO}:{code}"


def shop_code(system: str) -> str:
    return system.removeprefix(f"{MAGENTO}:")


def kind_of(system: str) -> str:
    """``SAP`` or ``MAGENTO``."""
    return system.partition(":")[0]


def name_of(system: str) -> str:
    return "SAP" if system == SAP else told("The shop {code}", code=shop_code(system))


def changed_name_of(system: str) -> str:
    """For messages about a remote that no longer looks like the one it was."""
    if system == SAP:
        return told("SAP looks like another system")
    return told("{shop} looks like another shop", shop=name_of(system))

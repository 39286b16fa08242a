"""The rights the portal may lack in a shop, and where Magento's admin lists each (its acl.xml)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sync.told import told

SAVE_ORDERS: Final = "Magento_Sales::api_actions"  # 2.4.8; 2.4.7-p4 and 2.4.6-p10 and later
SAVE_ORDERS_BEFORE: Final = "Magento_Sales::create"  # README "Versions" 2
LISTED_UNDER: Final[Mapping[str, str]] = {
    "Magento_Sales::actions_view": "Sales > Operations > Orders > Actions > View",
    SAVE_ORDERS: "Sales > Operations > Orders > Actions > Order Save API",
    SAVE_ORDERS_BEFORE: "Sales > Operations > Orders > Actions > Create",
    "Magento_Sales::ship": "Sales > Operations > Orders > Actions > Ship",
    "Magento_Sales::invoice": "Sales > Operations > Orders > Actions > Invoice",
    "Magento_Sales::sales_invoice": "Sales > Operations > Invoices",
    "Magento_Sales::shipment": "Sales > Operations > Shipments",
    "Magento_Catalog::products": "Catalog > Inventory > Products",
    "Magento_InventoryApi::source": "Stores > Inventory > Sources",
    "Magento_Backend::store": "Stores > Settings > All Stores",
}

TICK_IT = told(
    "The right needed is {right}: in the shop's admin under System > Extensions > Integrations, in "
    "the API tab of the portal's integration, tick it and save."
)
TICK_ONE = told(
    "The right needed is {right}: in the shop's admin under System > Extensions > Integrations, in "
    "the API tab of the portal's integration, tick {ticks} and save."
)
TICK_ALL = told(
    "The rights needed are {right}: in the shop's admin under System > Extensions > Integrations, "
    "in the API tab of the portal's integration, tick {ticks} and save."
)


def where_to_tick(right: str) -> str:
    """One sentence for the shop's administrator.

    Where the shop names several rights, separated by commas, all of them are needed.
    """
    names = [name.strip() for name in right.split(",")]
    ticks = " and ".join(LISTED_UNDER.get(name, name) for name in names)
    if ticks == right:
        return told(TICK_IT, right=right)
    return told(TICK_ONE if len(names) == 1 else TICK_ALL, right=right, ticks=ticks)

"""What is kept with its values before and after, beside the clicks (sync.views.audit_trail)."""

from __future__ import annotations

from typing import Any

AUDITED: tuple[Any, ...] = (
    *(
        f"sync.{name}"
        for name in (
            "AmountMapping", "CarrierMapping", "CustomerMapping", "IntakeRule", "InvoiceMailRule",
            "MaterialMapping", "PaymentMapping", "RegionMapping", "SalesArea", "SapMessageEntry",
            "ShippingMapping", "Shop", "SourceMapping", "TextMapping",
        )
    ),
    {"model": "sync.StepSchedule", "exclude_fields": ["next_run_at", "last_run_at"]},
    {
        "model": "auth.User",
        "exclude_fields": ["last_login"],
        "mask_fields": ["password"],
        "m2m_fields": ["groups", "user_permissions"],
    },
    {"model": "auth.Group", "m2m_fields": ["permissions"]},
)  # fmt: skip

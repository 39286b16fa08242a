"""The addresses of a web order as records."""

from __future__ import annotations

from sync.magento.members import Members
from sync.magento.records import MagentoAddress


def address_of(members: Members | None) -> MagentoAddress | None:
    if members is None:
        return None
    return MagentoAddress(
        first_name=members.text("firstname"),
        last_name=members.text("lastname"),
        company=members.text("company"),
        street=members.texts("street"),
        city=members.text("city"),
        postcode=members.text("postcode"),
        region=members.text("region"),
        region_code=members.text("region_code"),
        country_id=members.text("country_id"),
        telephone=members.text("telephone"),
        email=members.text("email"),
        vat_id=members.text("vat_id"),
    )

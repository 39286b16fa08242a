"""Every page costs each role as many queries for a hundred documents as for one."""

from __future__ import annotations

import pytest
from django.test import Client

from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from tests.baselines.test_queries import a_documented_order, pages, queries_of_page
from tests.builders import a_carrier, a_user

ROLES = (SALES, LOGISTICS, FINANCE, ADMINISTRATORS)
Counted = dict[tuple[str, str], int | None]


def _counted(clients: dict[str, Client], keys: dict[str, int]) -> Counted:
    """The second time a page is read: what is kept in memory is there then."""
    return {
        (role, name): queries_of_page(client, url)
        for role, client in clients.items()
        for name, url in pages(keys).items()
    }


@pytest.mark.django_db
def test_a_page_takes_each_role_as_many_queries_for_a_hundred_documents_as_for_one() -> None:
    a_carrier()
    clients = {role: Client() for role in ROLES}
    for role, client in clients.items():
        client.force_login(a_user(role), backend="django.contrib.auth.backends.ModelBackend")
    for_one = _counted(clients, a_documented_order())

    for_hundred = _counted(clients, [a_documented_order() for _ in range(99)][-1])

    assert {one: count for one, count in for_one.items() if for_hundred[one] != count} == {}

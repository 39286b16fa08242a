"""The client's address, as seen through the proxies that the settings name."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

MOST_HOPS = 20  # no real chain of proxies is longer
UNIX = "unix"  # in TRUSTED_PROXIES: the proxy speaks through a socket on this machine
_Address = IPv4Address | IPv6Address


def client_address(request: HttpRequest) -> str | None:
    """If the connection comes from a trusted proxy, the rightmost address in X-Forwarded-For that
    is no trusted proxy's; otherwise the connection's own. An IPv6 client is its /64, because it may
    use any address in it. None where the connection has no address."""
    hop = _read(request.META.get("REMOTE_ADDR", ""))
    if not _is_trusted(hop):
        return _counted(hop)
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")[-2000:].split(",")
    for text in reversed(forwarded[-MOST_HOPS:]):
        nearer, hop = hop, _read(text)
        if hop is None:  # none of our proxies wrote this: only who sent it is known
            return _counted(nearer)
        if not _is_trusted(hop):
            break
    return _counted(hop)


def described(
    username: str, ip_address: str | None, user_agent: str, path_info: str, request: HttpRequest
) -> str:
    """A failed sign-in for the log, without the name: people type passwords into that field too."""
    return f"{ip_address or 'an unknown address'} at {path_info}"


def _read(text: str) -> _Address | None:
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: _Address | None) -> bool:
    if address is None:
        return UNIX in settings.TRUSTED_PROXIES
    networks = (ip_network(one, strict=False) for one in settings.TRUSTED_PROXIES if one != UNIX)
    return any(address in network for network in networks)


def _counted(address: _Address | None) -> str | None:
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False).network_address)
    return str(address) if address is not None else None

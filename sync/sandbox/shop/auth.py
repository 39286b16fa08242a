"""Who is calling: OAuth 1.0a signatures, admin and integration tokens [001-037]."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from sync.sandbox.shop.documents import Clock, utc_now
from sync.sandbox.shop.errors import ShopError, required

FAILURES_UNTIL_LOCKED = 6
INTEGRATION, ADMIN = "integration", "admin"
FUTURE_SECONDS = 600
SIGN_IN = (
    "The account sign-in was incorrect or your account is disabled temporarily. "
    "Please wait and try again later."
)
OAUTH_FIELDS = (
    "oauth_consumer_key", "oauth_signature_method", "oauth_signature", "oauth_nonce",
    "oauth_timestamp", "oauth_token",
)  # fmt: skip


def _environment(name: str, default: str) -> str:
    return os.environ.get(name) or default


@dataclass(frozen=True)
class Credentials:
    """The one integration and the one admin the shop knows; from SHOP_* variables."""

    consumer_key: str = field(
        default_factory=lambda: _environment(
            "SHOP_CONSUMER_KEY", "demoConsumerKey00000000000000001"
        )
    )
    consumer_secret: str = field(
        default_factory=lambda: _environment(
            "SHOP_CONSUMER_SECRET", "demoConsumerSecret00000000000001"
        )
    )
    access_token: str = field(
        default_factory=lambda: _environment(
            "SHOP_ACCESS_TOKEN", "demoAccessToken00000000000000001"
        )
    )
    access_token_secret: str = field(
        default_factory=lambda: _environment(
            "SHOP_ACCESS_TOKEN_SECRET", "demoAccessTokenSecret00000000001"
        )
    )
    admin_user: str = field(default_factory=lambda: _environment("SHOP_ADMIN_USER", "admin"))
    admin_password: str = field(
        default_factory=lambda: _environment("SHOP_ADMIN_PASSWORD", "demo-admin-1")
    )


@dataclass(frozen=True)
class SignedRequest:
    """The parts of a request that a signature covers. ``query`` is the raw query string."""

    method: str
    url: str
    query: str
    authorization: str


def encode(text: str) -> str:
    """RFC 3986 encoding."""
    return quote(text, safe="~")


def oauth_parameters(header: str) -> dict[str, str]:
    """The parameters of an ``OAuth ...`` header, decoded."""
    pairs = re.findall(r'(\w+)="([^"]*)"', header.removeprefix("OAuth "))
    return {name: unquote(value) for name, value in pairs}


def signature(request: SignedRequest, oauth: dict[str, str], key: str) -> str:
    """HMAC-SHA256 over method, URL and parameters; a ``+`` is no blank [176, 193]."""
    pairs = [(n, v) for n, v in oauth.items() if n not in ("oauth_signature", "realm")]
    for part in request.query.split("&") if request.query else []:
        name, _, value = part.partition("=")
        pairs.append((unquote(name), unquote(value)))
    encoded = sorted((encode(name), encode(value)) for name, value in pairs)
    parameters = "&".join(f"{name}={value}" for name, value in encoded)
    base = "&".join((request.method.upper(), encode(request.url), encode(parameters)))
    digest = hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class Gate:
    """Checks callers. ``secret`` signs the admin tokens and survives restarts."""

    def __init__(self, credentials: Credentials, secret: str, clock: Clock = utc_now) -> None:
        self._known = credentials
        self._secret = secret.encode()
        self._clock = clock
        self._guard = threading.Lock()
        self._nonces: set[tuple[str, str]] = set()
        self._failures = 0

    def admin_token(self, user: str, password: str, minutes: int) -> str:
        """A JWT for the admin. Raises ShopError as ``sign_in``."""
        self.sign_in(user, password)
        now = int(self._clock().timestamp())
        claims = {"uid": 1, "utypid": 2, "iat": now, "exp": now + minutes * 60}
        head = f"{_b64({'kid': '1', 'alg': 'HS256'})}.{_b64(claims)}"
        return f"{head}.{self._seal(head)}"

    def sign_in(self, user: str, password: str) -> None:
        """Check the admin's password. Raises ShopError 400 [004, 005] or 401 [002, 027, 032]."""
        for name, value in (("username", user), ("password", password)):
            if not value:
                raise required(name)
        right = hmac.compare_digest(user, self._known.admin_user) and hmac.compare_digest(
            password.encode(), self._known.admin_password.encode()
        )
        with self._guard:
            locked = self._failures >= FAILURES_UNTIL_LOCKED
            if right and not locked:
                self._failures = 0
            elif user == self._known.admin_user:
                self._failures += 1
        if locked or not right:
            raise ShopError(401, SIGN_IN)

    def unlock(self) -> None:
        """Let the admin sign in again after too many failures."""
        with self._guard:
            self._failures = 0

    def _seal(self, head: str) -> str:
        digest = hmac.new(self._secret, head.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def caller(self, request: SignedRequest, *, integration_as_bearer: bool) -> str:
        """Either "integration", "admin" or "". Raises ShopError for a bad OAuth header.

        Anything else that is wrong counts as anonymous, as in Magento: the same 401 for all.
        """
        header = request.authorization
        if header.startswith("OAuth "):
            self._check_oauth(request, oauth_parameters(header))
            return INTEGRATION
        if not header.lower().startswith("bearer "):
            return ""
        token = header[7:].strip()
        if integration_as_bearer and hmac.compare_digest(
            token.encode(), self._known.access_token.encode()
        ):
            return INTEGRATION
        return ADMIN if self._good_jwt(token) else ""

    def _good_jwt(self, token: str) -> bool:
        head, _, seal = token.rpartition(".")
        if not head or not hmac.compare_digest(seal.encode(), self._seal(head).encode()):
            return False
        payload = head.partition(".")[2]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return bool(claims["exp"] > self._clock().timestamp())

    def _check_oauth(self, request: SignedRequest, sent: dict[str, str]) -> None:
        for name in OAUTH_FIELDS:
            if not sent.get(name):
                raise required(name)
        self._check_known(sent)
        self._use_nonce(sent["oauth_nonce"], sent["oauth_timestamp"])
        key = f"{encode(self._known.consumer_secret)}&{encode(self._known.access_token_secret)}"
        good = signature(request, sent, key)
        if not hmac.compare_digest(good.encode(), sent["oauth_signature"].encode()):
            raise ShopError(401, "The signature is invalid. Verify and try again.")

    def _check_known(self, sent: dict[str, str]) -> None:
        if len(sent["oauth_consumer_key"]) != 32:
            raise ShopError(401, "Consumer key is not the correct length")
        if sent["oauth_consumer_key"] != self._known.consumer_key:
            raise ShopError(401, "A consumer having the specified key does not exist")
        if len(sent["oauth_token"]) != 32:
            raise ShopError(401, "The token length is invalid. Check the length and try again.")
        if sent["oauth_token"] != self._known.access_token:
            raise ShopError(401, "Specified token does not exist")
        if sent["oauth_signature_method"] != "HMAC-SHA256":
            message = "Signature method %1 is not supported"
            raise ShopError(400, message, [sent["oauth_signature_method"]])

    def _use_nonce(self, nonce: str, timestamp: str) -> None:
        now = self._clock().timestamp()
        if not timestamp.isdigit() or int(timestamp) > now + FUTURE_SECONDS:
            raise ShopError(401, "An error occurred validating the nonce")
        with self._guard:
            if (nonce, timestamp) in self._nonces:
                message = "The nonce is already being used by the consumer with ID %1"
                raise ShopError(401, message, ["1"])
            self._nonces.add((nonce, timestamp))


def _b64(claims: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


def new_secret() -> str:
    """A fresh key for admin tokens."""
    return secrets.token_hex(32)

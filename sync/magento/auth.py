"""The three ways a shop lets a machine in: OAuth 1.0a (best), a bearer token, an admin login."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import requests
from requests.auth import AuthBase
from requests_oauthlib import OAuth1

from sync.causes.shop import ShopCause
from sync.errors import LogonRefused, RemoteMisconfigured, RemoteUnavailable
from sync.magento.answers import decoded
from sync.magento.connections import new_session
from sync.magento.refusals import is_passing, raise_for_response, refusal_text
from sync.magento.transport import rest_base
from sync.told import told

# Six failed logins lock the account (README "Authentication"): wait before the next one.
SECONDS_BETWEEN_FAILED_LOGINS = 600.0


def oauth1(
    consumer_key: str, consumer_secret: str, access_token: str, access_token_secret: str
) -> AuthBase:
    """Signs each request with HMAC-SHA256; SHA1 is refused [015]. The JSON body is not signed."""
    signer: AuthBase = OAuth1(
        consumer_key,
        consumer_secret,
        access_token,
        access_token_secret,
        signature_method="HMAC-SHA256",
    )
    return signer


class BearerToken(AuthBase):
    """A fixed token; an integration's needs ``enable_integration_as_bearer`` [023, 024]."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class AdminLogin(AuthBase):
    """Fetches an admin token when one is needed; on 401 fetches a new one and retries once.

    A failed login is remembered and not tried again for ten minutes. Threads may share it.
    """

    def __init__(
        self,
        token_url: str,
        username: str,
        password: str,
        *,
        session: requests.Session,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._token_url = token_url
        self._credentials = {"username": username, "password": password}
        self._session = session
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._refusal = ""
        self._refused_at = 0.0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token_other_than('')}"
        request.register_hook("response", self._retry_once)  # type: ignore[no-untyped-call]
        return request

    def forget(self) -> None:
        """The next call logs in anew, whatever the last login was told."""
        with self._lock:
            self._token = self._refusal = ""

    def _retry_once(self, response: requests.Response, **options: Any) -> requests.Response:
        """An expired token looks like a missing right, so one new token is fetched and tried
        once."""
        if response.status_code != 401:
            return response
        response.content  # noqa: B018  read to the end, so that the connection can be used again
        response.close()
        used = str(response.request.headers.get("Authorization", "")).removeprefix("Bearer ")
        again = response.request.copy()
        again.headers["Authorization"] = f"Bearer {self._token_other_than(used)}"
        answer: requests.Response = response.connection.send(again, **options)
        answer.history.append(response)
        answer.request = again
        return answer

    def _token_other_than(self, used: str) -> str:
        with self._lock:
            if not self._token or self._token == used:
                self._token = ""
                self._token = self._fetched()
            return self._token

    def _fetched(self) -> str:
        waited = self._clock() - self._refused_at
        if self._refusal and waited < SECONDS_BETWEEN_FAILED_LOGINS:
            raise _login_refused(self._refusal)
        self._refusal = ""
        try:
            response = self._session.post(
                self._token_url, json=self._credentials, timeout=(5, 30), allow_redirects=False
            )
        except requests.RequestException as error:
            kind = type(error).__name__
            raise RemoteUnavailable(
                told("The shop cannot be reached for a login ({kind}).", kind=kind),
                cause=ShopCause.UNREACHABLE,
            ) from None  # the request holds the password
        return self._token_from(response)

    def _token_from(self, response: requests.Response) -> str:
        value = decoded(response)
        if response.status_code == 200 and isinstance(value, str) and value:
            return value
        words = refusal_text(value)
        if response.status_code not in (400, 401) or not words or is_passing(words):
            raise_for_response(response, "the login", is_write=False)
            raise _no_token()
        self._refused_at = self._clock()
        self._refusal = told(
            "The shop refused the admin login (HTTP {status}): {words}",
            status=response.status_code,
            words=words,
        )
        raise _login_refused(self._refusal)


def _no_token() -> RemoteMisconfigured:
    """A proxy or another page answered instead of the shop: that is not a failed login."""
    return RemoteMisconfigured(
        told("The shop's address does not answer the login as a Magento shop does."),
        cause=ShopCause.ADDRESS_WRONG,
        detail="200",
    )


def _login_refused(message: str) -> LogonRefused:
    return LogonRefused(message, cause=ShopCause.LOGIN)


def admin_login(base_url: str, username: str, password: str) -> AdminLogin:
    """A shop with two-factor login refuses it [030]."""
    url = f"{rest_base(base_url)}/integration/admin/token"
    return AdminLogin(url, username, password, session=new_session())

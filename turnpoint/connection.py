"""Where the service is, who asks, and how long to wait for it."""

import os
import ssl
from ipaddress import ip_address
from typing import Any

import httpx

from turnpoint.errors import AddressError

REPEATS = 4
"""So often a call is sent again after a passing fault, which takes 4 to 8 seconds in all."""

HERE = "http://127.0.0.1:8000"
"""Where `turnpoint run` listens."""

TIMEOUT = httpx.Timeout(connect=5.0, read=60.0, write=60.0, pool=60.0)
"""Seconds. The longest wait is for a language model on a machine without a GPU."""


def connection_options(
    url: str | None, token: str | None, timeout: httpx.Timeout | None, verify: ssl.SSLContext | bool
) -> dict[str, Any]:
    """The arguments of an httpx client; what is None comes from TURNPOINT_URL and TURNPOINT_TOKEN.

    Raises:
        AddressError: The URL is not one of http or https, or the token cannot be sent.
    """
    base = _base(url or os.environ.get("TURNPOINT_URL") or HERE)
    token = token or os.environ.get("TURNPOINT_TOKEN")
    return {
        "base_url": base,
        "headers": {"User-Agent": "turnpoint-client", **_authorization(token)},
        "timeout": timeout or TIMEOUT,
        "verify": verify,
        "trust_env": not _is_this_machine(base.host),  # a proxy does not reach this machine
    }


def _base(url: str) -> httpx.URL:
    try:
        base = httpx.URL(url)
    except httpx.InvalidURL:
        base = httpx.URL("")
    if base.scheme not in ("http", "https") or not base.host or base.query or base.userinfo:
        raise AddressError(
            "The URL of the service must be like https://turnpoint.example or http://127.0.0.1:8000."
        )
    return base


def _authorization(token: str | None) -> dict[str, str]:
    if token is None:
        return {}
    if not token.isascii() or not token.isprintable() or " " in token:
        raise AddressError("The token holds a character that a token cannot have.")
    return {"Authorization": f"Bearer {token}"}


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""Which addresses are a FHIR server's own: the one place that decides where the service connects to.

An address may come from a caller, from a resource or from a page of results. None of them is trusted.
"""

import re
from urllib.parse import unquote

import httpx

from app.outbound.fhir.faults import FhirError, FhirFault

_MOST_CHARACTERS = 8_000
_ODD = re.compile(r"[\x00-\x20\x7f\\#]")
"""What addresses hold where somebody hopes that two programs read them in two ways."""


def own_address(base: str, address: str) -> httpx.URL:
    """The address, whole, of what is asked of the server at `base`: by a path and query, or as a link.

    Raises:
        FhirError: it is not below the base: of another scheme, host or port, with a user, or by way of dots.
    """
    if len(address) > _MOST_CHARACTERS or _ODD.search(address) or _has_dots(address):
        raise FhirError(FhirFault.ELSEWHERE)
    try:
        own, url = httpx.URL(base), httpx.URL(base + "/").join(address)
    except (httpx.InvalidURL, ValueError):
        raise FhirError(FhirFault.ELSEWHERE) from None
    if not _is_below(own, url):
        raise FhirError(FhirFault.ELSEWHERE)
    return url


def _is_below(own: httpx.URL, url: httpx.URL) -> bool:
    same = (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port)
    if not same or url.userinfo or url.fragment:
        return False
    # Pages of some servers have the base itself as their path.
    return url.path == own.path or url.path.startswith(own.path.rstrip("/") + "/")


def _has_dots(address: str) -> bool:
    """Whether a part of the path leads up, or holds a separator in another spelling."""
    parts = [unquote(part) for part in address.partition("?")[0].split("/")]
    return any(part in (".", "..") or "/" in part or "\\" in part for part in parts)

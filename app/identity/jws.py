"""Reading a signed token before its signature is checked: one spelling, no key twice, nothing critical."""

import base64
import re
from dataclasses import dataclass
from typing import Any

from app.parsing.json_text import JsonError, JsonFaultsError, read_json

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class UncheckedJws:
    """Header and claims as they were sent, by whomever."""

    header: dict[str, Any]
    claims: dict[str, Any]


def read_jws(text: str) -> UncheckedJws | None:
    """The token that a text is; None where it is none, or has header parameters that must be understood."""
    form = _COMPACT.fullmatch(text)
    if form is None:
        return None
    try:
        header, claims = (read_json(_decoded(form[part])) for part in (1, 2))
    except (JsonError, JsonFaultsError, ValueError):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return None if {"crit", "b64", "zip", "enc"} & header.keys() else UncheckedJws(header, claims)


def _decoded(part: str) -> bytes:
    content = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if base64.urlsafe_b64encode(content).rstrip(b"=") != part.encode():
        raise ValueError("another spelling of the same bytes")
    return content

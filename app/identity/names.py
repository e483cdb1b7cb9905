"""Names of people, systems and tenants: what fits on a page and into a record."""

import re

from app.parsing.free_text import FreeTextError, read_free_text

NAME_LENGTH = 64
_NAME = re.compile(rf"[^\W_][^\t\n]{{0,{NAME_LENGTH - 1}}}")
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def fit_name(text: str) -> str | None:
    """The name if it can be kept: up to 64 characters, the first a letter or digit, no control characters."""
    try:
        return read_free_text(text) if _NAME.fullmatch(text) else None
    except FreeTextError:
        return None


def is_tenant(text: str) -> bool:
    """Whether a tenant can be called so: up to 64 of letters, digits, dot, underscore and hyphen."""
    return _TENANT.fullmatch(text) is not None

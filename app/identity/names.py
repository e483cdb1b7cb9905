"""Names of people, systems and tenants: what fits on a page and into a record."""

import re
import unicodedata

from app.parsing.free_text import is_writing

NAME_LENGTH = 64
_NAME = re.compile(rf"[^\W_].{{0,{NAME_LENGTH - 1}}}")
_SIGNED = re.compile(r"\(\s*via\b", re.IGNORECASE)
"""How a signature tells for whom a system spoke, `dr.okoye (via ehr)`: no name may say so itself."""
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def fit_name(text: str) -> str | None:
    """The name in its composed form (NFC), if it can be kept.

    It has up to 64 characters, the first a letter or digit, and none that is unseen or turns others round:
    two names that look the same would be two people. It is no signature, nor looks like one (NFKC).
    """
    name = unicodedata.normalize("NFC", text)
    is_fit = _NAME.fullmatch(name) and is_writing(name)
    return None if not is_fit or _SIGNED.search(unicodedata.normalize("NFKC", name)) else name


def is_tenant(text: str) -> bool:
    """Whether a tenant can be called so: up to 64 of letters, digits, dot, underscore and hyphen."""
    return _TENANT.fullmatch(text) is not None

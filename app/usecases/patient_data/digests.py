"""Keyed digests of patients' ids, by which tombstones know who came back."""

import hashlib
import hmac

_MARKED = b"turnpoint: which key this is"


def id_digest(key: bytes | None, tenant: str, patient_id: str) -> str | None:
    """`MARK:DIGEST`: by it who has the key knows an id again; the mark tells which key it was."""
    if key is None:
        return None
    digest = hmac.new(key, f"{tenant}\0{patient_id}".encode(), hashlib.sha256).hexdigest()
    return f"{_mark(key)}:{digest}"


def can_be_looked_for(digest: str | None, key: bytes | None) -> bool:
    """Whether nothing is missed with this key: there is no digest, or it is this key's for all that is known.

    Digests without a mark are of a version that kept none.
    """
    if digest is None:
        return True
    mark, _, _ = digest.rpartition(":")
    return key is not None and mark in ("", _mark(key))


def without_mark(digest: str | None) -> str:
    """What is compared."""
    return (digest or "").rpartition(":")[2]


def _mark(key: bytes) -> str:
    return hmac.new(key, _MARKED, hashlib.sha256).hexdigest()[:8]

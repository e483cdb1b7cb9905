"""Addresses that may be trusted on the way: with https, or of this machine."""

from urllib.parse import urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""This machine, as addresses name it."""


def is_safe(url: str) -> bool:
    """Whether nobody on the way can read along or answer in its place: https, or http on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:  # its message may quote a password
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))

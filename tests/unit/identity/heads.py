"""Heads of requests."""

import base64

from app.identity.request_head import RequestHead


def head(*headers: tuple[str, str | bytes], method: str = "GET", target: str = "/models") -> RequestHead:
    sent = [(name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in headers]
    return RequestHead(method, target, sent)


def bearer(secret: str | bytes) -> RequestHead:
    return head(("authorization", b"Bearer " + (secret if isinstance(secret, bytes) else secret.encode())))


def basic(name: str, secret: str) -> RequestHead:
    return head(("authorization", "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()))

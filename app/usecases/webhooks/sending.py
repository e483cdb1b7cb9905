"""One attempt to tell one receiver: signed by Standard Webhooks, within a time, to its own address alone."""

import asyncio
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

import httpx
from standardwebhooks import Webhook

from app.identity.webhook_receivers import Receiver, WebhooksError
from app.outbound.exchange import client_of, status_of


class Came(StrEnum):
    """What came of an attempt."""

    DELIVERED = "delivered"
    GONE = "gone"
    """It wants no more of this (410)."""
    UNREACHABLE = "unreachable"
    TOO_SLOW = "too_slow"
    REDIRECTED = "redirected"
    """It leads elsewhere, and is not followed."""
    REFUSED = "refused"
    FAILED = "failed"
    NO_SECRET = "no_secret"
    """Its file of secrets cannot be read: nothing was sent."""


class Sender:
    """Tells one receiver. It follows no redirect, keeps no cookie, and reads nothing of an answer's body."""

    def __init__(self, receiver: Receiver, wait_s: float) -> None:
        self._receiver, self._wait_s = receiver, wait_s
        self._url = httpx.URL(receiver.url)
        self._http = client_of(self._url, follow_redirects=False)

    async def send(self, delivery_id: UUID, body: str) -> Came:
        """Send a body under the delivery's id."""
        try:
            headers = _signed(self._receiver.signing_secrets(), str(delivery_id), body)
        except WebhooksError:
            return Came.NO_SECRET
        request = self._http.build_request("POST", self._url, content=body.encode(), headers=headers)
        try:
            async with asyncio.timeout(self._wait_s):
                return _came(await status_of(self._http, request))
        except TimeoutError:
            return Came.TOO_SLOW
        except (httpx.HTTPError, OSError):  # whose messages may hold the address
            return Came.UNREACHABLE

    async def close(self) -> None:
        await self._http.aclose()


def _signed(secrets: tuple[str, ...], delivery_id: str, body: str) -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        "Content-Type": "application/json",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(one).sign(delivery_id, now, body) for one in secrets),
    }


def _came(status: int) -> Came:
    if 200 <= status < 300:
        return Came.DELIVERED
    if 300 <= status < 400:
        return Came.REDIRECTED
    if status == httpx.codes.GONE:
        return Came.GONE
    return Came.REFUSED if status < 500 else Came.FAILED

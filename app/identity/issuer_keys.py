"""An issuer's public keys: found by discovery, kept, and asked for anew where a token names another."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import jwt
import structlog

from app.identity.discovery import Fetch
from app.identity.jwks import DiscoveryError
from app.identity.refusals import IdentityAwayError

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Freshness:
    """Seconds: least between two questions to an issuer, from when on keys are asked for anew, and how long
    at most they stand while the issuer is away."""

    pause_s: float = 30
    fresh_s: float = 600
    stand_s: float = 86_400


class IssuerKeys:
    """The keys of one issuer. They are asked for once at a time, and never more often than the pause allows:
    tokens that name keys nobody has cost the issuer nothing."""

    def __init__(
        self, issuer: str, fetch: Fetch, freshness: Freshness, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._issuer, self._fetch, self._freshness, self._clock = issuer, fetch, freshness, clock
        self._keys: list[jwt.PyJWK] = []
        self._found_at = self._asked_at = -float("inf")
        self._is_away = False
        self._asking: asyncio.Task[None] | None = None

    async def key(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        """The one key for this algorithm with this id, or the only one where a token names none.

        Raises:
            IdentityAwayError: it is not known, and the issuer is away.
        """
        key, age = self._kept(key_id, algorithm), self._clock() - self._found_at
        if key is None or age > self._freshness.stand_s:
            await self._refreshed()
            key = self._kept(key_id, algorithm)
            if self._is_away and (key is None or self._clock() - self._found_at > self._freshness.stand_s):
                raise IdentityAwayError("Who signs tokens cannot be asked now. Try again shortly.")
        elif age > self._freshness.fresh_s:
            self._start()
        return key

    async def close(self) -> None:
        """End what is under way."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        await self._fetch.close()

    def _kept(self, key_id: str | None, algorithm: str) -> jwt.PyJWK | None:
        fit = [key for key in self._keys if key.algorithm_name == algorithm and key_id in (None, key.key_id)]
        return fit[0] if len(fit) == 1 else None

    async def _refreshed(self) -> None:
        """Wait for the question that is under way, or for a new one if it is time for one."""
        self._start()
        if self._asking is not None:
            await asyncio.shield(self._asking)

    def _start(self) -> None:
        is_time = self._clock() - self._asked_at >= self._freshness.pause_s
        if (self._asking is None or self._asking.done()) and is_time:
            self._asked_at = self._clock()
            self._asking = asyncio.get_running_loop().create_task(self._ask())

    async def _ask(self) -> None:
        try:
            self._keys = await self._fetch.keys(self._issuer)
        except DiscoveryError as error:
            self._is_away = True
            _log.error("issuer_unavailable", issuer=self._issuer, why=str(error))
        else:
            self._is_away, self._found_at = False, self._clock()

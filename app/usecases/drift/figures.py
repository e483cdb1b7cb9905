"""Drift as gauges, over all tenants: read when somebody looks, seldom, and never waited for long."""

import asyncio
import math
import time
from collections.abc import Callable, Mapping

import structlog

from app.identity.caller import Caller
from app.identity.principal import DEFAULT_TENANT
from app.metrics import (
    DRIFT_HIGH,
    DRIFT_OUT_OF_RANGE,
    DRIFT_PSI,
    DRIFT_QUESTIONS,
    DRIFT_RISK_MEAN,
    DRIFT_UNKNOWN,
)
from app.storage.database import Database, RecordError
from app.usecases.drift.binning import RISK, Binning
from app.usecases.drift.counting import TASK, last_days
from app.usecases.drift.report import report_of
from app.usecases.drift.repository import DriftRepository
from app.usecases.drift.schemas import Compared, DriftAnswer
from app.usecases.tallies import Counts

_log = structlog.get_logger()


class DriftFigures:
    """The gauges of drift; labels are the hosted versions and their features."""

    def __init__(
        self,
        database: Database,
        binnings: Mapping[str, Binning],
        days: int,
        at_most_s: float,
        kept_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._binnings, self._days = database, binnings, days
        self._at_most_s, self._kept_s = at_most_s, kept_s
        self._clock = clock
        self._until = -math.inf
        self._reading: asyncio.Task[None] | None = None

    async def refresh(self) -> None:
        """Bring the gauges up to date, unless they are; what takes too long is not waited for.

        Figures of days change little in a minute: those of before stay while the record is slow or away.
        """
        if self._reading is None and self._clock() >= self._until:
            self._reading = asyncio.create_task(self._read())
        if self._reading is not None:
            await asyncio.wait({self._reading}, timeout=self._at_most_s)

    async def close(self) -> None:
        """Give up what is being read."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self) -> None:
        first, last = last_days(self._days)
        try:
            async with self._database.of(Caller.service(DEFAULT_TENANT, TASK)).transaction() as session:
                tenants = await DriftRepository(session).tenants()
            asked = {digest: dict[str, Counts]() for digest in self._binnings}
            for tenant in tenants:
                async with self._database.of(Caller.service(tenant, TASK)).transaction() as session:
                    found = await DriftRepository(session).since(first, self._binnings)
                for digest, counts in found.items():
                    _add(asked[digest], counts)
            for digest, binning in self._binnings.items():
                if asked[digest]:
                    tell(binning, report_of(binning, asked[digest], first, last))
        except RecordError:
            pass  # `turnpoint_queue_read` tells that the record is away
        except Exception as error:  # nobody waits for it: the next reading begins anew
            _log.warning("drift_not_read", error=type(error).__name__)
        finally:
            self._until = self._clock() + self._kept_s
            self._reading = None


def _add(whole: dict[str, Counts], part: Mapping[str, Counts]) -> None:
    for name, counts in part.items():
        whole[name] = whole[name] + counts if name in whole else counts


def tell(binning: Binning, drift: DriftAnswer) -> None:
    """Set the gauges of a version to what is told of its drift; figures of too few are NaN."""
    names = (drift.model, drift.version)
    DRIFT_QUESTIONS.labels(*names).set(drift.questions)
    DRIFT_PSI.labels(*names, RISK).set(_or_nan(drift.risk.psi))
    for gauge, compared in ((DRIFT_RISK_MEAN, drift.risk.mean), (DRIFT_HIGH, drift.risk.high)):
        gauge.labels(*names, "asked").set(_asked(compared))
        gauge.labels(*names, "reference").set(compared.reference if compared else math.nan)
    for one in drift.features:
        DRIFT_PSI.labels(*names, one.feature).set(_or_nan(one.psi))
        DRIFT_UNKNOWN.labels(*names, one.feature).set(_asked(one.unknown))
        if binning.schema[one.feature].is_numeric:  # others have no range
            DRIFT_OUT_OF_RANGE.labels(*names, one.feature).set(_asked(one.out_of_range))


def _asked(compared: Compared | None) -> float:
    return math.nan if compared is None else compared.asked


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value

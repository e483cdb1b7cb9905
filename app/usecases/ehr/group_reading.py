"""Reading the patients of an EHR's groups, and asking about each: one who fails stops no other."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import structlog

from app.admission.refusals import RefusedError
from app.classifiers.base import ClassifierError
from app.domain.errors import ConflictError, InvalidInputError
from app.engine.registry import ServedModel
from app.identity.ehr_servers import BackendClient, EhrServer
from app.identity.smart_client.faults import SmartError
from app.outbound.fhir.faults import FhirError
from app.storage.database import RecordError, TenantDatabase
from app.usecases.counterfactuals.service import CounterfactualService
from app.usecases.ehr.backend_tokens import BackendTokens
from app.usecases.ehr.connections import EhrConnections
from app.usecases.ehr.groups import members_of
from app.usecases.ehr.opening import question_about
from app.usecases.ehr.pacing import Turns
from app.usecases.ehr.records import Reader, read_record

Answering = Callable[[TenantDatabase], CounterfactualService]
_log = structlog.get_logger()


class Came(StrEnum):
    """What came of one member of a group."""

    ANSWERED = "answered"
    TOO_LITTLE_KNOWN = "too_little_known"
    DECLINED = "declined"
    """A preference on record has no options offered."""
    NOT_READ = "not_read"
    NO_PATIENT = "no_patient"
    """The member is no patient of this server's."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class GroupReport:
    """How many of a group came to what. `fault` is why the group itself could not be read, by code."""

    server: str
    group: str
    counts: Counter[Came] = field(default_factory=Counter)
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class GroupReading:
    """Reads groups, so many patients at a time and so many a minute. `served` is the model that is asked."""

    ehr: EhrConnections
    served: ServedModel
    answering: Answering
    at_once: int
    pace: Turns

    async def read(self, server: EhrServer, group: str, database: TenantDatabase) -> GroupReport:
        """Ask about everybody in a group; `database` is of the server's tenant, for the service itself."""
        client = server.backend
        assert isinstance(client, BackendClient)
        reader = self.ehr.fhir[server.name]
        tokens = BackendTokens(self.ehr.smart[server.name], client)
        try:
            members = await members_of(reader, await tokens.current(), server.base, group)
        except (FhirError, SmartError) as error:
            _log.error("ehr_group_not_read", server=server.name, reason=error.reason)
            return GroupReport(server.name, group, fault=error.reason)
        counts = Counter({Came.NO_PATIENT: members.others} if members.others else {})
        one_by_one = _One(self.served, self.answering(database), reader, tokens)
        gate = asyncio.Semaphore(self.at_once)

        async def ask(patient_id: str) -> None:
            async with gate:
                await self.pace.turn()
                counts[await one_by_one.ask(patient_id)] += 1

        async with asyncio.TaskGroup() as all_of_them:
            for patient_id in members.patients:
                all_of_them.create_task(ask(patient_id))
        told = {came.value: count for came, count in counts.items()}
        _log.info("ehr_group_read", server=server.name, **told)
        return GroupReport(server.name, group, counts)


@dataclass(frozen=True, slots=True)
class _One:
    """Asks about one patient; whatever goes wrong is told by its kind, and never whom it was about."""

    served: ServedModel
    service: CounterfactualService
    reader: Reader
    tokens: BackendTokens

    async def ask(self, patient_id: str) -> Came:
        try:
            return await self._asked(patient_id)
        except (FhirError, SmartError) as error:
            _log.warning("ehr_patient_not_read", reason=error.reason)
            return Came.NOT_READ
        except (RecordError, ClassifierError, RefusedError) as error:
            _log.warning("ehr_patient_failed", error=type(error).__name__)
            return Came.FAILED
        except Exception as error:  # its message may hold a value
            _log.error("ehr_patient_failed", error=type(error).__name__)
            return Came.FAILED

    async def _asked(self, patient_id: str) -> Came:
        token = await self.tokens.current()
        resources = await read_record(self.reader, token, self.served, patient_id)
        try:
            await self.service.answer(question_about(patient_id, self.served, resources))
        except InvalidInputError:
            return Came.TOO_LITTLE_KNOWN
        except ConflictError:
            return Came.DECLINED
        return Came.ANSWERED

"""Recording preferences and reading those that stand."""

from uuid import UUID

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.domain.constraints import read_constraints
from app.domain.errors import ConflictError, Gathering, InvalidInputError, NotFoundError, ValidationIssue
from app.domain.ids import uuid7
from app.domain.kept import leaves_nothing
from app.engine.registry import ServedModel
from app.storage.consultation_tables import PreferencesRow
from app.storage.database import TenantDatabase
from app.usecases.preferences.repository import PreferencesRepository
from app.usecases.preferences.schemas import (
    PreferenceChoice,
    PreferencesIn,
    PreferencesOut,
    RecordedPreferences,
)
from app.usecases.preferences.standing import (
    NOTHING_LEFT,
    NothingLeftError,
    StandingPreferences,
    standing_of,
)

_CHANGED = (
    "What this patient can and will do was changed meanwhile, and what you sent was not stored. Load the "
    "page again, look at what stands, and say it again."
)
_NOTHING_STANDS = "No preferences stand for this patient, so that yours replace none, and nothing was stored."


async def standing_preferences(
    database: TenantDatabase, patient_id: str, served: ServedModel, is_told: bool = False
) -> StandingPreferences:
    """What stands for a patient, of whom nothing need be on record.

    `is_told`: the caller is told of it, which is audited; a check alone is not.

    Raises:
        RecordError: the database is away.
    """
    async with database.transaction() as session:
        standing = await standing_on_record(PreferencesRepository(session), patient_id, served)
        if is_told:
            note_access(session, Access(Action.READ, Entity.PREFERENCES, patient_id))
    return standing


async def standing_on_record(
    repository: PreferencesRepository, patient_id: str, served: ServedModel
) -> StandingPreferences:
    """What stands for a patient, within a transaction of the caller's."""
    return standing_of(await repository.standing(patient_id, served.model.name), served.consultation)


async def check_not_refused(
    repository: PreferencesRepository, patient_id: str, served: ServedModel | None
) -> None:
    """Refuse where a preference does, within a transaction of the caller's.

    Of a model that is hosted no more nothing says what its codes mean.

    Raises:
        RefusedError: with its reason, and its code for programs.
    """
    if served is not None:
        standing = await standing_on_record(repository, patient_id, served)
        standing.check_that_options_may_be_asked_for()


async def read_preferences(
    database: TenantDatabase, patient_id: str, served: ServedModel
) -> StandingPreferences:
    """What stands for a patient on record.

    Raises:
        NotFoundError: nothing is on record for the patient.
        RecordError: the database is away.
    """
    async with database.transaction() as session:
        repository = PreferencesRepository(session)
        await _check_known(repository, patient_id)
        standing = await standing_on_record(repository, patient_id, served)
        note_access(session, Access(Action.READ, Entity.PREFERENCES, patient_id))
    return standing


async def record_preferences(
    database: TenantDatabase, patient_id: str, served: ServedModel, given: PreferencesIn
) -> StandingPreferences:
    """Put preferences in place of those that stood; the same again changes nothing.

    A patient who is not on record is put there: what refuses can be said before the first question.

    Raises:
        InvalidInputError: a code or a name that the model does not have, or nothing would be left to change.
        ConflictError: others stand than those that `given` replaces.
        RecordError: the database is away.
    """
    codes, names = _checked(served, given)
    async with database.transaction() as session:
        repository = PreferencesRepository(session)
        await repository.hold_patient(patient_id)
        row = await repository.standing(patient_id, served.model.name)
        if row is None or (row.codes, row.features_to_keep) != (codes, names):
            if given.replaces != (row.id if row else None):
                raise _superseded(row)
            row = PreferencesRow(
                id=_id_after(row),
                patient_id=patient_id,
                model_name=served.model.name,
                codes=codes,
                features_to_keep=names,
                given_by=database.caller.signature,
            )
            await repository.add(row)
        note_access(session, Access(Action.UPDATE, Entity.PREFERENCES, patient_id))
    return standing_of(row, served.consultation)


def preferences_out(patient_id: str, served: ServedModel, standing: StandingPreferences) -> PreferencesOut:
    """On the wire."""
    row = standing.row
    return PreferencesOut(
        id=row.id if row else None,
        patient_id=patient_id,
        model=served.model.name,
        codes=[one.code for one in standing.chosen],
        features_to_keep=list(standing.further),
        kept=list(standing.kept(served.model.schema)),
        refused=standing.refusals,
        unknown_codes=list(standing.unknown),
        recorded_at=row.created_at if row else None,
        given_by=row.given_by if row else None,
        choices=[
            PreferenceChoice(code=one.code, label=one.label, keeps=list(one.keeps), refuses=one.refuses)
            for one in served.consultation.preference
        ],
    )


def _superseded(row: PreferencesRow | None) -> ConflictError:
    """Tells what stands, so that whoever has looked at it may replace it."""
    stands = RecordedPreferences.model_validate(row).model_dump(mode="json") if row else None
    return ConflictError(_CHANGED if row else _NOTHING_STANDS, {"standing": stands})


def _id_after(row: PreferencesRow | None) -> UUID:
    """Later than what stood, even if the clock of another gateway is ahead of ours."""
    return max(uuid7(), UUID(int=row.id.int + 1)) if row else uuid7()


async def _check_known(repository: PreferencesRepository, patient_id: str) -> None:
    if not await repository.knows_patient(patient_id):
        raise NotFoundError("There is no patient with this id.")


def _checked(served: ServedModel, given: PreferencesIn) -> tuple[list[str], list[str]]:
    """Codes and names, each once and in order."""
    schema = served.model.schema
    known = {one.code: one for one in served.consultation.preference}
    strange = f"is no preference of this model: {', '.join(known) or 'it has none'}"
    faults = [
        ValidationIssue(f"/codes/{place}", strange)
        for place, code in enumerate(given.codes)
        if code not in known
    ]
    with Gathering(faults):
        read_constraints(schema, None, None, None, given.features_to_keep, pointer="")
    if faults:
        raise InvalidInputError(faults)
    chosen = [known[code] for code in given.codes]
    names = [*(name for one in chosen for name in one.keeps), *given.features_to_keep]
    is_refusing = any(one.refuses is not None for one in chosen)
    if leaves_nothing(schema, names) and schema.actionable and not is_refusing:
        raise NothingLeftError.at("", NOTHING_LEFT)
    return sorted(set(given.codes)), sorted(set(given.features_to_keep))

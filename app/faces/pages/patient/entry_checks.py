"""What is wrong with values that were entered by hand, and what is so unusual that it may be."""

from collections.abc import Iterator, Mapping, Sequence

from app.domain.entry import Entered, Solved
from app.domain.errors import InvalidInputError, ValidationIssue
from app.domain.patient import read_patient
from app.engine.registry import ServedModel
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.entry_reading import EntryReading
from app.faces.pages.patient.views.manual_entry import CHECKED, Told, told_of


def checked(
    served: ServedModel, entered: Entered, reading: EntryReading, fields: Mapping[str, str]
) -> Told | None:
    """What is wrong with what was entered; or, once, what is so unusual that it may be; else nothing."""
    try:
        patient = read_patient(served.model.schema, reading.values)
    except InvalidInputError as error:
        return told_of(entered, [*reading.faults, *_at_fields(entered, reading, error.issues)])
    if reading.faults:
        return told_of(entered, reading.faults)
    warned = served.oddness.warnings(patient.factual)
    checks = {one.pointer.rpartition("/")[2]: one.detail for one in warned}
    looked_at = {name: str(reading.values.get(name)) for name in checks}
    are_confirmed = all(fields.get(CHECKED + name) == value for name, value in looked_at.items())
    return None if are_confirmed else Told(checks=checks, looked_at=looked_at)


def _at_fields(
    entered: Entered, reading: EntryReading, issues: Sequence[ValidationIssue]
) -> Iterator[ValidationIssue]:
    """Faults of values at the fields that they come from, without those of what could not be read."""
    details = {one.pointer.rpartition("/")[2]: one.detail for one in issues}
    unread = {fault.pointer.removeprefix("/") for fault in reading.faults}
    for name, detail in details.items():
        solution = entered.solution_of(name)
        if name in unread:
            continue
        if solution is None or name in reading.typed:
            yield ValidationIssue(f"/{name}", detail)
        elif name not in reading.values:
            if not unread & {solution.given, *solution.others}:
                yield ValidationIssue(f"/{name}", _needed(entered, solution))
        elif solution.given not in details:
            gives = _("gives a %(name)s that %(fault)s", name=entered.labels[name], fault=detail)
            yield ValidationIssue(f"/{solution.given}", gives)


def _needed(entered: Entered, solution: Solved) -> str:
    names = _(" and ").join(entered.labels[one] for one in (solution.given, *solution.others))
    return _("is required, or %(names)s, from which it follows", names=names)

"""What an EHR's resources change in the results on record: rows that are to be added."""

from dataclasses import dataclass, field
from uuid import UUID

from app.domain.ids import uuid7
from app.ingest.fhir.reasons import Left, NotUsedReason
from app.ingest.fhir.record import EhrResults, MeasuredResult, Origin
from app.storage.consultation_tables import MeasurementRow
from app.usecases.measurements.standing import current_results, last_of_chain


@dataclass
class Changes:
    """Of one patient's results for a model. `rows` are those on record, and those that are to be added."""

    patient_id: str
    model_name: str
    label: str
    by: str | None
    rows: list[MeasurementRow]
    added: list[MeasurementRow] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    def take(self, results: EhrResults) -> None:
        """Follow what resources now say: a correction replaces what came from the very resource, a retraction
        takes it back, the newest result is added. What was entered or taken back here by hand stays."""
        told = {one.reference: one for one in results.each if one.reference}
        for row in current_results(self.rows):
            if row.source != Origin.FHIR or row.reference is None:
                continue
            newer = told.get(row.reference)
            if newer is not None and not _says(row, newer) and self._is_news(row, newer, results):
                self._correct(row, newer)
            elif newer is None and row.reference in results.retracted:
                self._add_withdrawal(row)
        if results.chosen is not None:
            self._take_newest(results.chosen, results)

    def _correct(self, row: MeasurementRow, newer: MeasuredResult) -> None:
        """In its place; where its new day has a result already, that one is compared with it later."""
        if any(one.measured_on == newer.measured_on for one in current_results(self.rows) if one is not row):
            self._add_withdrawal(row)
        else:
            self._add(newer, row.id)

    def _take_newest(self, found: MeasuredResult, results: EhrResults) -> None:
        same_day = [one for one in current_results(self.rows) if one.measured_on == found.measured_on]
        own = self._last_of(found)
        end = last_of_chain(self.rows, own) if own else None
        if any(_says(row, found) for row in same_day):
            return
        if own is not None and end is not None and not self._may_follow(own, end, found, results):
            self.left.append(Left(NotUsedReason.ON_RECORD, found.reference, self.label))
        elif not same_day:
            self._add(found, end.id if end is not None and end.is_withdrawn else None)
        elif all(self._gives_way(row, found, results) for row in same_day):
            self._add(found, same_day[0].id)
        else:
            self.left.append(Left(NotUsedReason.ON_RECORD, found.reference, self.label))

    def _last_of(self, found: MeasuredResult) -> MeasurementRow | None:
        """The newest row that came from the resource; else the newest that says the same."""
        rows = sorted(self.rows, key=lambda row: row.id, reverse=True)
        own = [row for row in rows if found.reference and row.reference == found.reference]
        return next(iter([*own, *(row for row in rows if _says(row, found))]), None)

    def _may_follow(
        self, own: MeasurementRow, end: MeasurementRow, found: MeasuredResult, results: EhrResults
    ) -> bool:
        """Whether a resource that is on record already, and does not stand as it is, says something new."""
        if end.source != Origin.FHIR:
            return end.is_withdrawn and not any(_says(row, found) for row in self.rows)
        if end is not own:  # another resource of its day took its place
            return True
        return self._is_news(end, found, results)

    def _is_news(self, end: MeasurementRow, found: MeasuredResult, results: EhrResults) -> bool:
        """Whether this is no older version of the resource that comes late.

        Versions are not on record: what was said before is news only where it was changed since.
        """
        changed = results.updated.get(found.reference or "")
        recorded = end.created_at if end not in self.added else None
        if changed is not None and recorded is not None and changed > recorded:
            return True
        return not self._said(found)

    def _said(self, found: MeasuredResult) -> bool:
        return any(_says(row, found) for row in self.rows if row.reference == found.reference)

    def _gives_way(self, row: MeasurementRow, found: MeasuredResult, results: EhrResults) -> bool:
        """Of two resources of one day: a bundle with both says which is later, else the higher counts."""
        if row.source != Origin.FHIR:
            return False
        if row.reference is not None and row.reference in {one.reference for one in results.each}:
            return True
        return _weight(found.value, found.has_outcome) > _weight(row.value, row.has_outcome)

    def _add(self, found: MeasuredResult, replaces: UUID | None) -> None:
        self._keep(
            MeasurementRow(
                measured_on=found.measured_on,
                value=found.value,
                has_outcome=found.has_outcome,
                is_withdrawn=False,
                reference=found.reference,
                replaces=replaces,
            )
        )

    def _add_withdrawal(self, row: MeasurementRow) -> None:
        self._keep(
            MeasurementRow(
                measured_on=row.measured_on,
                value=row.value,
                has_outcome=row.has_outcome,
                is_withdrawn=True,
                reference=row.reference,
                replaces=row.id,
            )
        )

    def _keep(self, row: MeasurementRow) -> None:
        row.id = uuid7()
        row.patient_id, row.model_name = self.patient_id, self.model_name
        row.given_by, row.source = self.by, Origin.FHIR
        self.rows.append(row)
        self.added.append(row)


def _says(row: MeasurementRow, found: MeasuredResult) -> bool:
    return (row.measured_on, row.value, row.has_outcome) == (
        found.measured_on,
        found.value,
        found.has_outcome,
    )


def _weight(value: float | None, has_outcome: bool) -> tuple[bool, float]:
    return has_outcome, float("inf") if value is None else value

"""Plans, for code that waits."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from turnpoint import planning
from turnpoint.planning import WhatIf
from turnpoint.plans import Plan
from turnpoint.transport import Driver


class Planning:
    """What `Turnpoint` does about plans."""

    _driver: Driver

    def make_plan(
        self,
        patient_id: str,
        what: UUID | str | WhatIf,
        *,
        name: str | None = None,
        note: str | None = None,
        review_on: date | None = None,
    ) -> Plan:
        """Plan an option or an improvement, by its id, or a what-if of one's own.

        An active plan by the same model is stopped. Of an option the verdict `accepted` is recorded as well.
        """
        return self._driver.run(planning.make_plan(patient_id, what, name, note, review_on))

    def plans(self, patient_id: str, *, page_size: int = 20) -> Iterator[Plan]:
        """All plans of a patient, newest first; pages are fetched as they are needed."""
        before: UUID | None = None
        while True:
            page = self._driver.run(planning.plans(patient_id, before, page_size))
            yield from page.plans
            if (before := page.next) is None:
                return

    def change_plan(
        self,
        patient_id: str,
        plan_id: UUID | str,
        kind: str,
        replaces: UUID | str,
        *,
        review_on: date | None = None,
        reason: str | None = None,
        note: str | None = None,
    ) -> Plan:
        """Move the review of a plan (review_moved), complete it (completed) or stop it (stopped).

        `replaces` is its `standing_event` as it was seen.

        Raises:
            ConflictError: Somebody has changed it meanwhile; `standing_event` says how it stands.
        """
        call = planning.change_plan(patient_id, plan_id, kind, replaces, review_on, reason, note)
        return self._driver.run(call)

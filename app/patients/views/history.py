"""What was answered before, what was said about it, and how the risk went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.counterfactual import Status
from app.domain.wording import risk_text
from app.patients.views.options import Said, said_of
from app.patients.views.scene import Scene
from app.storage.tables import AnswerRow

WIDTH, HEIGHT = 320.0, 80.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer; `said` names options by number, every verdict ever given on them, oldest first."""

    id: UUID
    created_at: datetime
    model: str
    risk: float
    outcome: str
    is_what_if: bool
    is_shown: bool
    said: tuple[tuple[int, Said], ...]


@dataclass(frozen=True, slots=True)
class Course:
    """The risk over time of what callers asked, on a drawing of `WIDTH` by `HEIGHT`."""

    points: tuple[tuple[float, float], ...]
    threshold: float
    since: datetime
    until: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class History:
    """Entries, newest first, and the course where there are two points or more."""

    entries: tuple[Entry, ...]
    course: Course | None


def history_of(scene: Scene) -> History:
    """The history of the patient whom the scene is about."""
    entries = tuple(_entry(scene, row) for row in sorted(scene.history, key=lambda row: row.id, reverse=True))
    model = scene.row.prediction.model_name
    asked = [row for row in scene.history if row.based_on is None and row.prediction.model_name == model]
    return History(entries, _course(sorted(asked, key=lambda row: row.created_at)))


def outcome_text(row: AnswerRow) -> str:
    """How an answer ended, in a few words."""
    if row.status == Status.FOUND:
        count = len(row.counterfactuals)
        return "1 option" if count == 1 else f"{count} options"
    return {
        Status.ALREADY_BELOW_TARGET: "at or below the target already",
        Status.INFEASIBLE: "no permitted change reaches the target",
    }[Status(row.status)]


def _entry(scene: Scene, row: AnswerRow) -> Entry:
    numbers = {option.id: option.rank for option in row.counterfactuals}
    verdicts = [one for one in scene.verdicts if one.counterfactual_id in numbers]
    return Entry(
        id=row.id,
        created_at=row.created_at,
        model=f"{row.prediction.model_name} {row.prediction.model_version}",
        risk=row.prediction.risk,
        outcome=outcome_text(row),
        is_what_if=row.based_on is not None,
        is_shown=row.id == scene.row.id,
        said=tuple((numbers[one.counterfactual_id], said_of(one)) for one in verdicts),
    )


def _course(rows: Sequence[AnswerRow]) -> Course | None:
    if len(rows) < 2:
        return None
    since, until = rows[0].created_at, rows[-1].created_at
    span = (until - since).total_seconds() or 1.0
    points = [
        (
            round(WIDTH * (row.created_at - since).total_seconds() / span, 2),
            round(HEIGHT * (1 - row.prediction.risk), 2),
        )
        for row in rows
    ]
    threshold = rows[-1].prediction.threshold
    first, last = rows[0].prediction.risk, rows[-1].prediction.risk
    return Course(
        points=tuple(points),
        threshold=round(HEIGHT * (1 - threshold), 2),
        since=since,
        until=until,
        sentence=f"{len(rows)} answers: from {risk_text(first)} to {risk_text(last)}; the threshold is "
        f"{risk_text(threshold)}.",
    )

"""Who the page is about: what was asked, when, of which model, and what was not known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.wording import told
from app.faces.pages.patient.views.checks import Check, checks_of
from app.faces.pages.patient.views.formatting import unknown_labels, with_unit
from app.usecases.record.context import Scene


@dataclass(frozen=True, slots=True)
class Who:
    """The head of the page. `others` are what other models said last: answer, model, risk.

    `supposed` is what a what-if took otherwise: label, value, value on record. `values` is what the model
    saw: label, value, and what is unusual about it.
    """

    patient_id: str
    person: str
    sent_at: datetime
    model: str
    version: str
    outcome: str
    horizon: str | None
    unknown: tuple[str, ...]
    kept: tuple[str, ...]
    open: tuple[str, ...]
    limited: tuple[str, ...]
    is_supposed: bool
    others: tuple[tuple[UUID, str, float], ...]
    based_on: UUID | None
    supposed: tuple[tuple[str, str, str], ...]
    newer_version: str | None
    checks: Mapping[str, Check]
    values: tuple[tuple[str, str, str | None], ...]


def who_of(scene: Scene) -> Who:
    """The head of the page of one answer."""
    schema, row, checks = scene.schema, scene.row, checks_of(scene)
    return Who(
        patient_id=row.patient_id,
        person=_person(scene),
        sent_at=scene.sent_at,
        model=schema.model.title if schema else row.prediction.model_name,
        version=row.prediction.model_version,
        outcome=schema.model.outcome if schema else row.prediction.model_name,
        horizon=schema.model.horizon if schema else None,
        unknown=tuple(unknown_labels(schema, row.features)),
        kept=_actionable(scene, open_to_change=False),
        open=_actionable(scene, open_to_change=True),
        limited=_limited(scene),
        is_supposed=scene.is_supposed,
        others=tuple(
            (one.answer.id, one.answer.prediction.model_name, one.answer.prediction.risk)
            for one in scene.past.others
        ),
        based_on=row.based_on,
        supposed=_supposed(scene),
        newer_version=_newer(scene),
        checks=checks,
        values=_values(scene, checks),
    )


def _person(scene: Scene) -> str:
    if scene.schema is None or scene.patient is None:
        return ""
    values = scene.patient.values
    return ", ".join(told(f, values[f.name]) for f in scene.schema.features if f.group == "person")


def _values(scene: Scene, checks: Mapping[str, Check]) -> tuple[tuple[str, str, str | None], ...]:
    if scene.schema is None or scene.patient is None:
        return ()
    values = scene.patient.values
    return tuple(
        (f.label, with_unit(f, values[f.name]), checks[f.name].why if f.name in checks else None)
        for f in scene.schema.features
    )


def _actionable(scene: Scene, open_to_change: bool) -> tuple[str, ...]:
    """What the question allowed to vary, or did not, of that which could; nothing where it did not say."""
    vary = scene.row.constraints.get("features_to_vary")
    if vary is None or scene.schema is None:
        return ()
    return tuple(f.label for f in scene.schema.actionable if (f.name in vary) is open_to_change)


def _limited(scene: Scene) -> tuple[str, ...]:
    """Where the caller's question let values end; a what-if's limits are the patient's own, and go unsaid."""
    ranges = scene.row.constraints.get("permitted_range") or {}
    if scene.schema is None or scene.row.based_on is not None:
        return ()
    return tuple(
        f"{scene.schema[name].label} {_span(low, high)}".rstrip()
        for name, (low, high) in ranges.items()
        if name in scene.schema
    )


def _span(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"{high:g} at most" if high is not None else f"{low:g} at least" if low is not None else ""
    return f"{low:g} to {high:g}"


def _supposed(scene: Scene) -> tuple[tuple[str, str, str], ...]:
    base = scene.past.base
    if base is None or scene.schema is None:
        return ()
    return tuple(
        (f.label, with_unit(f, scene.row.features[f.name]), with_unit(f, base.features[f.name]))
        for f in scene.schema.features
        if f.name in base.features and scene.row.features.get(f.name) != base.features[f.name]
    )


def _newer(scene: Scene) -> str | None:
    """The version hosted now, where another one gave the answer."""
    if scene.served is None or scene.is_of_hosted_version:
        return None
    return scene.served.model.version

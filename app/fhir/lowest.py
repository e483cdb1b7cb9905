"""Where the target is out of reach: the lowest estimate in reach, as a bound and never as an option."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from app.domain.counterfactual import Change
from app.domain.feature import Feature, Kind
from app.domain.levers import moved_with
from app.domain.patient import read_patient
from app.domain.schema import FeatureSchema, Value
from app.domain.wording import line_text, risk_text
from app.fhir.ending import unreached
from app.fhir.form import Entry, identity_of
from app.fhir.risk_assessment import Estimated, Part, risk_assessment
from app.fhir.supposed import reached, supposed
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer


def lowest_in_reach(answer: CounterfactualsAnswer, estimated: Estimated, before: Entry) -> list[Entry]:
    """One estimate with what reaches it; nothing where the target is within reach."""
    found = answer.infeasible
    if found is None:
        return []
    occasion, changes = estimated.occasion, found.reached_by
    linked = list(_linked(occasion.schema, changes, answer.question.features))
    more = [
        f"With {one.max_changes} changes at once, the lowest estimate is "
        f"{risk_text(one.lowest_reachable_risk)}."
        for one in found.relaxed
    ]
    part = Part(
        identity_of(answer.id, "lowest-reachable"),
        supposed(occasion, changes, [*linked, *found.brought_along]),
        rationale=unreached(found, line_text(answer.prediction.target)),
        mitigation=reached(occasion, changes, linked),
        notes=more,
    )
    return [risk_assessment(part, estimated, found.lowest_reachable_risk, before)]


def _linked(
    schema: FeatureSchema | None, changes: Sequence[Change], values: Mapping[str, Value]
) -> Iterator[Change]:
    """What moves along with the changes, where its value is known: the answer has the changes alone."""
    drivers = [change for change in changes if schema and change.feature in schema.links_by_driver]
    if schema is None or not drivers:
        return
    patient = read_patient(schema, values)
    for change in drivers:
        feature = schema[change.feature]
        ends = np.array([feature.code(change.before), feature.code(change.after)])
        names, (before, after) = moved_with(schema, patient, feature, ends)
        for name, start, end in list(zip(names, before.tolist(), after.tolist(), strict=True))[1:]:
            if values.get(name) is None:
                continue
            yield from _moved(schema[name], start, end)


def _moved(feature: Feature, before: float, after: float) -> Iterator[Change]:
    """What a link makes of a feature; a yes or no has no difference, and is told where it turns."""
    if feature.kind is not Kind.BOOLEAN:
        told: tuple[Value, Value, float | None] = before, after, after - before
    elif before == after:
        return
    else:
        told = bool(before), bool(after), None
    start, end, delta = told
    yield Change(
        feature=feature.name, label=feature.label, before=start, after=end, delta=delta, unit=feature.unit
    )

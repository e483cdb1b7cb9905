"""Where the target is out of reach: the lowest estimate in reach, as a bound and never as an option."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from app.domain.counterfactual import Change
from app.domain.links import LinearLink, RuleLink
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
    for change in changes if schema else ():
        assert schema is not None
        for link in schema.links_by_driver.get(change.feature, ()):
            before = values.get(link.feature)
            if isinstance(link, RuleLink):
                yield from _by_rule(schema, link, change, before)
                continue
            if not before or not change.before or change.after is None:
                continue
            if isinstance(link, LinearLink):
                delta = link.slope_for(values) * (float(change.after) - float(change.before))
            else:
                delta = float(before) * (float(change.after) / float(change.before) - 1)
            label, unit = schema[link.feature].label, schema[link.feature].unit
            after = float(before) + delta
            yield Change(
                feature=link.feature, label=label, before=before, after=after, delta=delta, unit=unit
            )


def _by_rule(schema: FeatureSchema, link: RuleLink, change: Change, before: Value) -> Iterator[Change]:
    """A yes or no that turns with a change."""
    if before is None or change.before is None or change.after is None:
        return
    driver = np.array([float(change.before), float(change.after)])
    after = bool(link.follow(driver, float(before))[1])
    if after is not before:
        label = schema[link.feature].label
        yield Change(feature=link.feature, label=label, before=before, after=after, delta=None, unit=None)

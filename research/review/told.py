"""What reviewers read: each case in the product's own words, made of the case and the changes alone.

No function here knows of methods: two options with the same changes read alike, whoever suggested them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.classifiers.model_version import ModelVersion
from app.domain.unfilled import UNNAMED_LICENCE, UNNAMED_PUBLISHER, filled, filled_part
from app.domain.wording import brought_along as told_along
from app.domain.wording import line_text, risk_text, summary, value_alone
from app.engine.describe import brought_along, changes_of, contained
from app.engine.problem import RecourseProblem
from research.training.data_sets import DATA_SETS

Levels = Sequence[int]


@dataclass(frozen=True, slots=True)
class ToldOption:
    """An option by its letter, what it asks to consider, and what that brings along on average."""

    name: str
    summary: str
    consequences: str | None


@dataclass(frozen=True, slots=True)
class ToldCase:
    """A case by its number; `values` are groups of labels with values, in the schema's order."""

    name: str
    title: str
    risk: str
    target: str
    values: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    options: Sequence[ToldOption]


@dataclass(frozen=True, slots=True)
class Packet:
    """All that a packet says, but for its digest."""

    model: str
    reference: str
    description: str
    estimate: str
    threshold: str
    horizon: str
    data: str
    may_go: str
    cases: Sequence[ToldCase]


def packet_of(
    model: ModelVersion, cases: Sequence[tuple[RecourseProblem, float, Sequence[Levels]]]
) -> Packet:
    """The packet of problems with the risk of each as things are, and levels of their options in order."""
    schema = model.schema
    estimate = f"Estimated risk of {schema.model.outcome}"
    if model.consultation is not None:
        estimate = model.consultation.estimate.says
    return Packet(
        model=schema.model.title,
        reference=model.reference,
        description=filled_part(schema.model.description),
        estimate=estimate,
        threshold=line_text(schema.model.threshold),
        horizon=schema.model.horizon,
        data=_data(model),
        may_go=_may_go(model),
        cases=[
            _case(number, problem, risk, options)
            for number, (problem, risk, options) in enumerate(cases, start=1)
        ],
    )


def option_text(option: ToldOption) -> str:
    """All that an option says."""
    return " ".join(part for part in (option.summary, option.consequences) if part)


def _case(number: int, problem: RecourseProblem, risk: float, options: Sequence[Levels]) -> ToldCase:
    schema, groups = problem.schema, dict[str, list[tuple[str, str]]]()
    for feature in schema.features:
        value = value_alone(feature, problem.patient.values[feature.name])
        groups.setdefault(feature.group, []).append((feature.label, value))
    return ToldCase(
        name=f"case-{number:02d}",
        title=f"Case {number}",
        risk=risk_text(risk),
        target=line_text(problem.target),
        values=[(group[:1].upper() + group[1:], values) for group, values in groups.items()],
        options=[_option(place, problem, levels) for place, levels in enumerate(options)],
    )


def _option(place: int, problem: RecourseProblem, option: Levels) -> ToldOption:
    levels = np.array(option, dtype=np.int64)
    changes, linked = changes_of(problem, levels)
    along = told_along(problem.schema, brought_along(problem, levels), contained(problem, levels))
    return ToldOption(chr(ord("A") + place), summary(problem.schema, changes, linked), along)


def _data(model: ModelVersion) -> str:
    data = model.schema.data
    return (
        f"{data.name_told}, given out by {filled(data.publisher, UNNAMED_PUBLISHER)}; "
        f"licence: {filled(data.licence, UNNAMED_LICENCE)}"
    )


def _may_go(model: ModelVersion) -> str:
    """Where people's values may be, by where they are from."""
    if model.schema.data.loader not in DATA_SETS:  # what a table's owner writes about it is not checked
        return (
            "The people come from a table of the model's owner. Their values are health data: this packet "
            "may go only to reviewers, and lie only in places, that these people's records may go to and lie "
            "in, as owner, consent and law say. Send it encrypted, and delete it once the review is over."
        )
    return (
        "The people come from a data set that is given out in public without names, so that the packet may "
        "be handed on as the licence says. Do not try to find out who anybody is."
    )

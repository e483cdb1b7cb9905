"""The study's tables of methods: what the papers name, each by a definition that stands below it."""

from collections.abc import Sequence

from app.domain.schema import FeatureSchema
from research.evaluation.methods.registry import Method
from research.evaluation.metrics.estimates import Estimate
from research.evaluation.metrics.figures import Figures
from research.evaluation.reporting.tables import Column, TableSpec
from research.papers_study.asking import Asked
from research.papers_study.intervals import mean_of_people
from research.papers_study.judged import Answer, JudgedRow, changed

Tables = list[tuple[TableSpec, dict[str, Figures]]]

QUALITY = TableSpec(
    "Validity, plausibility, sparsity, distance",
    "First answers. Asked: rows. Valid: the fold's classifier puts it in the wanted class, % of all asked; "
    "no answer, a crash or a time-out counts as not valid. In range: every changed value within the range "
    "of training people, % of answers. Near: its mean distance to the five nearest training rows of the "
    "wanted class is at most that which 95 % of these keep to rows of other people, % of answers. Doable: "
    "valid, in range, near, and every move is one that the schema permits, % of all asked. Features changed "
    "(sparsity; fewer is better), L1 in standard deviations and HEOM (distance; less is better): means over "
    "valid answers. In brackets: 95 %, drawing people with all their rows.",
    (
        Column("asked", "asked"),
        Column("valid", "valid", interval=True),
        Column("in_range", "in range", interval=True),
        Column("near", "near", interval=True),
        Column("doable", "doable", interval=True),
        Column("changes", "features changed", decimals=1, interval=True),
        Column("distance", "L1/sd", decimals=2, interval=True),
        Column("heom", "HEOM", decimals=2, interval=True),
        Column("seconds", "s", decimals=1),
    ),
)


def method_tables(asked: Asked, methods: Sequence[Method], schema: FeatureSchema) -> Tables:
    """Quality, and how often each feature is changed; a row a method."""
    rows = {method.name: asked.of(method.key) for method in methods if method.key in asked.rows}
    return [
        (QUALITY, {name: _quality(those) for name, those in rows.items()}),
        (changes_spec(schema), {name: _changes(those, schema) for name, those in rows.items()}),
    ]


def changes_spec(schema: FeatureSchema) -> TableSpec:
    """A column for each feature that a method may change by itself."""
    return TableSpec(
        "Which features are changed",
        "Of valid answers, % that change each feature; on average, how many an answer changes. Others are "
        "fixed. The papers' feature diversity (Fig. 6), as far as its caption tells.",
        (
            Column("valid", "valid answers"),
            *(Column(one.name, one.label.lower()) for one in schema.actionable),
            Column("average", "on average", decimals=2, interval=True),
        ),
    )


def _quality(rows: Sequence[JudgedRow]) -> Figures:
    persons = [one.person for one in rows]
    got = [(one.answer, one.person) for one in rows if one.answer is not None]
    valid = [(answer, person) for answer, person in got if answer.valid]
    return {
        "asked": Estimate(len(rows)),
        "valid": mean_of_people([bool(one.answer and one.answer.valid) for one in rows], persons, 100),
        "in_range": _over(got, [answer.structure.in_range for answer, _ in got], 100),
        "near": _over(got, [answer.near for answer, _ in got], 100),
        "doable": mean_of_people([bool(one.answer and one.answer.doable) for one in rows], persons, 100),
        "changes": _over(valid, [len(answer.structure.moved) for answer, _ in valid]),
        "distance": _over(valid, [answer.structure.distance for answer, _ in valid]),
        "heom": _over(valid, [answer.structure.heom for answer, _ in valid]),
        "seconds": mean_of_people([one.seconds for one in rows], persons),
    }


def _changes(rows: Sequence[JudgedRow], schema: FeatureSchema) -> Figures:
    valid = [(one.answer, one.person) for one in rows if one.answer is not None and one.answer.valid]
    figures: Figures = {"valid": Estimate(len(valid))}
    for feature in schema.actionable:
        figures[feature.name] = _over(valid, changed(rows, feature.name), 100)
    return figures | {"average": _over(valid, [len(answer.structure.moved) for answer, _ in valid])}


def _over(
    those: Sequence[tuple[Answer, int]], values: Sequence[float], scale: float = 1.0
) -> Estimate | None:
    return mean_of_people(values, [person for _, person in those], scale)

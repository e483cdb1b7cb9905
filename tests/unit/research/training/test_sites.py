"""Leaving each site out in turn: no figure may come from a classifier that knows the site."""

import json
from functools import partial

import pyarrow.parquet as pq
import pytest

from app.classifiers.training_procedure import Sample, fit, risk_of
from app.domain.schema import FeatureSchema
from app.engine.registry import ServedModel
from research.training.fitted import Fit, Risk
from research.training.people import Participant, rows_of
from research.training.sites import leave_one_site_out

SIZES = {"Cleveland": 303, "Hungary": 292, "Switzerland": 123, "VA Long Beach": 199}
# Age and outcome of the first rows of UCI's own file of Cleveland, processed.cleveland.data. In the copies
# that turn the label over it is the other way round.
KNOWN = {1: (63, False), 2: (67, True), 3: (67, True), 4: (37, False)}


@pytest.fixture(scope="module")
def people(heart: ServedModel) -> list[Participant]:
    """Everybody, in the order of a run."""
    rows = [
        row
        for name in ("population.parquet", "held_out.parquet")
        for row in pq.read_table(heart.model.folder / name).to_pylist()
    ]
    names = list(heart.model.schema.by_name)
    return [
        Participant(
            str(row["seqn"]),
            values={name: row[name] for name in names},
            outcome=row["outcome"],
            site=row["site"],
        )
        for row in rows
    ]


def as_shipped(schema: FeatureSchema) -> Fit:
    return lambda sample: partial(risk_of, fit(schema, sample))


def test_the_label_is_the_right_way_round(people: list[Participant]) -> None:
    figures = {int(person.id): (person.values["age"], person.outcome) for person in people}

    assert {number: figures[number] for number in KNOWN} == KNOWN


def test_everybody_is_there_once(people: list[Participant]) -> None:
    assert {site: sum(person.site == site for person in people) for site in SIZES} == SIZES
    assert not {304, 406, 908} & {int(person.id) for person in people}


def test_the_figures_come_out_again(heart: ServedModel, people: list[Participant]) -> None:
    shipped = json.loads((heart.model.folder / "metrics.json").read_text(encoding="utf-8"))["sites_left_out"]
    text = (heart.model.folder / "card.md").read_text(encoding="utf-8")
    figures = leave_one_site_out(heart.model.schema, people, as_shipped(heart.model.schema))

    assert [site["site"] for site in shipped] == list(SIZES)
    for site, again in zip(shipped, figures, strict=True):
        assert site["n"] == SIZES[site["site"]]
        assert site["learned_from"] == sum(SIZES.values()) - site["n"]
        assert site["roc_auc"]["value"] == pytest.approx(again["roc_auc"]["value"], abs=1e-4)
        for name in ("f1", "sensitivity", "specificity", "brier", "calibration_in_the_large"):
            assert site[name] == pytest.approx(again[name], abs=1e-4)
        assert f"| {site['site']} | {site['n']} |" in text


def test_nobody_of_a_site_teaches_the_classifier_that_is_tried_on_it(
    heart: ServedModel, people: list[Participant]
) -> None:
    schema, seen = heart.model.schema, []

    def watched(sample: Sample) -> Risk:
        seen.append({row.tobytes() for row in sample.rows})
        return as_shipped(schema)(sample)

    leave_one_site_out(schema, people, watched)

    for site, taught in zip(SIZES, seen, strict=True):
        there = {row.tobytes() for row in rows_of(schema, [p for p in people if p.site == site])}
        elsewhere = {row.tobytes() for row in rows_of(schema, [p for p in people if p.site != site])}
        assert taught == elsewhere
        assert there - elsewhere

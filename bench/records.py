"""`make bench ARGS=records`: held-out people written as FHIR records, read as any bundle is, and scored.

What a record carries goes the whole way of an EHR's: by codes, units and smoking status, which counts no
cigarettes. Values are those of real people; the FHIR around them is that of the tests' mock EHR.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Person, Side, people_of
from app.classifiers.store import load_version
from app.domain.certainty import Certainty
from app.domain.ehr import EhrMapping
from app.domain.errors import InvalidInputError
from app.domain.patient import read_patient
from app.domain.schema import BoolArray, FloatArray
from app.engine.certainty import bands_of, certainties_of
from app.engine.registry import ServedModel, served_model
from app.ingest.fhir.reading import read_bundle
from app.paths import MODEL_STORE
from bench.charts import UNKNOWN, participant_of
from research.evaluation.metrics.estimates import Estimate, mean, share
from research.evaluation.metrics.figures import Figures
from research.evaluation.reporting.environment import describe_environment
from research.evaluation.reporting.tables import Column, TableSpec, markdown, terminal
from research.training.discrimination import roc_auc
from tests.ehr.chart import Chart
from tests.ehr.resources import TOLD_ON, Json

MODEL = "dysglycaemia@2"
WHOLE = "whole, as the survey asked"
TABLE = TableSpec(
    "Held-out people by what their FHIR record carries",
    "Scored: of how many the record tells what the model requires. Known: features that it tells, mean. "
    "Risk: mean, in per cent. Band: its mean width, in points. Narrower: people whose band is narrower than "
    "it is by all that the survey asked (%). Unclear: people (%).",
    (
        Column("scored", "scored"),
        Column("known", "known", 1),
        Column("auc", "ROC-AUC", 3),
        Column("risk", "risk", 1),
        Column("width", "band", 1),
        Column("narrower", "narrower"),
        Column("unclear", "unclear"),
    ),
    first="record",
)


@dataclass(frozen=True, slots=True)
class Scored:
    """People as some record tells of them: rows of shape (n, columns), and whose each is, by place."""

    rows: FloatArray
    places: list[int]


def typical(person: Person) -> Json:
    """Body, blood pressure, pulse, lipids and smoking status, as far as they are known of somebody."""
    return _chart(person, []).bundle


def with_ethnicity(person: Person) -> Json:
    """The same with race and ethnicity as US Core has them."""
    return _chart(person, None).bundle


RECORDS: Mapping[str, Callable[[Person], Json]] = {
    "body, blood pressure, pulse, lipids, smoking status": typical,
    "the same with ethnicity": with_ethnicity,
}


def measure_records(console: Console, as_markdown: bool) -> None:
    """Score everybody held out by each record, and print the table."""
    served = served_model(load_version(MODEL_STORE, MODEL))
    rows = by_record(served, people_of(served.model, Side.HELD_OUT))
    about = f"{MODEL}. {describe_environment()}."
    if as_markdown:
        print(markdown(TABLE, rows), about, sep="\n")
    else:
        console.print(terminal(TABLE, rows), about, sep="\n\n")


def by_record(served: ServedModel, people: Sequence[Person]) -> dict[str, Figures]:
    """Figures of the first of a model's held-out people, in the file's order: whole, and by each record."""
    model = served.model
    whole = Scored(np.stack([model.schema.encode(one.features) for one in people]), list(range(len(people))))
    told = {name: scored(served, people, record) for name, record in RECORDS.items()}
    widths = _widths(model, whole.rows)
    return {name: _figures(model, one, widths) for name, one in ({WHOLE: whole} | told).items()}


def scored(served: ServedModel, people: Sequence[Person], record: Callable[[Person], Json]) -> Scored:
    """What the model is told of those of whom the record has all that it requires."""
    told = {place: _row(served.ehr, record(person)) for place, person in enumerate(people)}
    rows = {place: row for place, row in told.items() if row is not None}
    return Scored(np.stack(list(rows.values())), list(rows))


def _row(mapping: EhrMapping, bundle: Json) -> FloatArray | None:
    """The encoded person; None where the record is too little."""
    features = read_bundle(mapping, bundle, TOLD_ON).features
    try:
        return read_patient(mapping.schema, features).factual
    except InvalidInputError:
        return None


def _chart(person: Person, background: list[Json] | None) -> Chart:
    known = participant_of(person.source_id, person.features)
    chart = Chart(f"held-out-{known.number}", known, background).body(20)
    if known.pressures:
        chart.pressure(20)
    if known.pulse is not None:
        chart.pulse(20)
    if known.total_cholesterol is not None and known.hdl_cholesterol is not None:
        chart.lipids(120)
    if known.smoking != UNKNOWN:
        chart.smoking(20)
    return chart


def _figures(model: ModelVersion, one: Scored, whole_widths: FloatArray) -> Figures:
    assert model.held_out is not None
    outcome: BoolArray = model.held_out.outcome[one.places]
    risk, widths = model.classifier.risk(one.rows), _widths(model, one.rows)
    auc = roc_auc(outcome, risk)
    told = certainties_of(risk, bands_of(model.committee.risk(one.rows)), model.schema.model.threshold)
    return {
        "scored": Estimate(len(one.places)),
        "known": mean(_known(model, one.rows).tolist()),
        "auc": Estimate(auc.value, auc.low, auc.high) if auc else None,
        "risk": mean((100 * risk).tolist()),
        "width": mean((100 * widths).tolist()),
        "narrower": share((widths < whole_widths[one.places]).tolist()),
        "unclear": share([each is Certainty.UNCLEAR for each in told]),
    }


def _widths(model: ModelVersion, rows: FloatArray) -> FloatArray:
    low, high = bands_of(model.committee.risk(rows)).T
    widths: FloatArray = high - low
    return widths


def _known(model: ModelVersion, rows: FloatArray) -> FloatArray:
    """Of each person how many features are known; a category takes several columns."""
    first = [columns[0] for columns in map(model.schema.columns_of, model.schema.by_name)]
    known: FloatArray = (~np.isnan(rows[:, first])).sum(axis=1).astype(np.float64)
    return known

"""Charts for measures are records that the service can answer about."""

from app.domain.patient import read_patient
from app.engine.registry import ServedModel
from app.ingest.fhir.reading import read_resources
from bench.charts import charts_of, long_record
from tests.ehr.resources import TOLD_ON


def test_every_chart_can_be_scored(served: ServedModel) -> None:
    charts = charts_of(served.model, 5)
    assert len(charts) == 5
    for resources in charts.values():
        record = read_resources(served.ehr, resources, TOLD_ON)
        assert len(record.features) >= 10
        read_patient(served.model.schema, record.features)


def test_a_long_record_has_so_many_observations_and_the_newest_count(served: ServedModel) -> None:
    resources = long_record(served.model, 40)
    observed = [one for one in resources if one["resourceType"] == "Observation"]
    assert len(observed) == 40 + 7
    record = read_resources(served.ehr, resources, TOLD_ON)
    short = read_resources(served.ehr, long_record(served.model, 0), TOLD_ON)
    assert record.features == short.features

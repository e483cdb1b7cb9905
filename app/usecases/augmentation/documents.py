"""A finished job's report, page and data card."""

from math import isfinite

from app.classifiers.folder import check_files, read_manifest
from app.classifiers.partitions import Side
from app.classifiers.population import read_people
from app.classifiers.task import read_version_schema
from app.usecases.augmentation.report.by_person import Apart, apart_of
from app.usecases.augmentation.report.inputs import JobFacts, ReportInputs
from app.usecases.augmentation.report.measure import quality_report
from app.usecases.augmentation.report.page import data_card, report_page
from app.usecases.augmentation.report_request import Distances, Documents, ReportRequest


def documents(measured: ReportRequest) -> Documents:
    """Report, page and data card of a job, and how far each row is from its own person's and others' rows.

    Raises:
        ModelFolderError: the model's files are not those of its manifest any more.
    """
    schema = read_version_schema(measured.folder)
    check_files(measured.folder, read_manifest(measured.folder, schema))
    inputs = ReportInputs(
        schema=schema,
        folder=measured.folder,
        population=read_people(schema, measured.folder / Side.TRAINING),
        label=measured.label,
        synthetic=measured.synthetic,
        source_row=measured.source_row,
        accepted=measured.accepted,
        rejected=sum(measured.reasons.values()),
        duplicates=measured.duplicates,
        reasons=measured.reasons,
        is_sample=measured.is_sample,
        improved=measured.improved,
        median_reduction=measured.median_reduction,
        owners=measured.owners,
    )
    about = JobFacts(**measured.facts)
    apart = apart_of(inputs)
    report = quality_report(inputs, about.seed, apart)
    told = report.model_dump(mode="json")
    return told, report_page(report, about), data_card(report, about), _distances(apart)


def _distances(apart: Apart | None) -> Distances:
    if apart is None:
        return []
    return [
        (own if isfinite(own) else None, others if isfinite(others) else None)
        for own, others in zip(apart.own.tolist(), apart.others.tolist(), strict=True)
    ]

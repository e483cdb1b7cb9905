"""A finished job's report, page and data card."""

from typing import Any

from app.classifiers.folder import check_files, read_manifest
from app.classifiers.partitions import Side
from app.classifiers.population import read_people
from app.classifiers.task import read_version_schema
from app.usecases.augmentation.report.inputs import JobFacts, ReportInputs
from app.usecases.augmentation.report.measure import quality_report
from app.usecases.augmentation.report.page import data_card, report_page
from app.usecases.augmentation.report_request import ReportRequest


def documents(measured: ReportRequest) -> tuple[dict[str, Any], str, str]:
    """Report, page and data card of a job.

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
    )
    about = JobFacts(**measured.facts)
    report = quality_report(inputs, about.seed)
    return report.model_dump(mode="json"), report_page(report, about), data_card(report, about)

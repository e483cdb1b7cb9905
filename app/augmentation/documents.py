"""A finished job's report, page and data card."""

from typing import Any

from app.augmentation.making import Label
from app.augmentation.report import JobFacts, Material, data_card, quality_report, report_page
from app.augmentation.reporting import Measured
from app.classifiers.store import load_model


def documents(measured: Measured) -> tuple[dict[str, Any], str, str]:
    """Report, page and data card of a job."""
    folder = measured.folder
    model = load_model(folder.parent, folder.name, measured.classifier_url)
    material = Material(
        model=model,
        label=measured.label is Label.HIGH,
        source=measured.source,
        synthetic=measured.synthetic,
        source_row=measured.source_row,
        accepted=measured.accepted,
        rejected=sum(measured.reasons.values()),
        duplicates=measured.duplicates,
        reasons=measured.reasons,
        sampled=measured.is_sample,
    )
    about = JobFacts(**measured.facts)
    report = quality_report(material, about.seed)
    return report.model_dump(mode="json"), report_page(report, about), data_card(report, about)

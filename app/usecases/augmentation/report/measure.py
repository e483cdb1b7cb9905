"""All measures of a job's rows."""

from threadpoolctl import threadpool_limits

from app.usecases.augmentation.report.figures import Acceptance, QualityReport
from app.usecases.augmentation.report.inputs import Material
from app.usecases.augmentation.report.joint import correlation, discriminator
from app.usecases.augmentation.report.marginals import marginals
from app.usecases.augmentation.report.privacy import closeness
from app.usecases.augmentation.report.utility import utility


def quality_report(material: Material, seed: int) -> QualityReport:
    """The report; equal for an equal seed.

    One thread: threads of one measure wait for each other long where cores are busy with chunks.
    """
    with threadpool_limits(1):
        return _report(material, seed)


def _report(material: Material, seed: int) -> QualityReport:
    return QualityReport(
        label="high" if material.label else "low",
        rows=material.accepted,
        rows_measured=len(material.synthetic),
        real_people=len(material.real),
        acceptance=Acceptance(
            accepted=material.accepted,
            rejected=material.rejected,
            duplicates_removed=material.duplicates,
            reasons=dict(material.reasons),
        ),
        marginals=marginals(material),
        correlation=correlation(material),
        discriminator=discriminator(material, seed),
        closeness=closeness(material, seed),
        utility=utility(material, seed),
    )

"""All measures of a job's rows."""

from threadpoolctl import threadpool_limits

from app.usecases.augmentation.report.by_person import Apart, closeness_by_person
from app.usecases.augmentation.report.figures import Acceptance, QualityReport
from app.usecases.augmentation.report.inputs import ReportInputs
from app.usecases.augmentation.report.joint import correlation, discriminator
from app.usecases.augmentation.report.marginals import marginals
from app.usecases.augmentation.report.privacy import closeness
from app.usecases.augmentation.report.utility import utility


def quality_report(inputs: ReportInputs, seed: int, apart: Apart | None = None) -> QualityReport:
    """The report; equal for an equal seed. `apart` is what `apart_of` these inputs says.

    One thread: threads of one measure wait for each other long where cores are busy with chunks.
    """
    with threadpool_limits(1):
        return _report(inputs, apart, seed)


def _report(inputs: ReportInputs, apart: Apart | None, seed: int) -> QualityReport:
    return QualityReport(
        label="high" if inputs.label else "low",
        rows=inputs.accepted,
        rows_measured=len(inputs.synthetic),
        real_people=len(inputs.real),
        acceptance=Acceptance(
            accepted=inputs.accepted,
            rejected=inputs.rejected,
            improved=inputs.improved,
            median_reduction=inputs.median_reduction,
            duplicates_removed=inputs.duplicates,
            reasons=dict(inputs.reasons),
        ),
        marginals=marginals(inputs),
        correlation=correlation(inputs),
        discriminator=discriminator(inputs, seed),
        closeness=closeness(inputs, seed),
        by_person=closeness_by_person(inputs, apart, seed),
        utility=utility(inputs, seed),
    )

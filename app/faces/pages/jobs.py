"""A job as a page: how far it is, live, and its quality report."""

from pathlib import Path

from fastapi.responses import HTMLResponse

from app.faces.http.pages.rendering import Pages
from app.usecases.augmentation.schemas import Job
from app.usecases.augmentation.wording import proposed_by

_PAGES = Pages(Path(__file__).parent / "templates")


def job_page(job: Job, report: object) -> HTMLResponse:
    """The page; `report` is None where there is none."""
    return _PAGES.page(
        "job.html",
        job=job,
        report=report,
        proposed_by=proposed_by(job.generator, job.target_label, job.degraded),
    )

"""A report for people: one page of HTML by itself, and a data card that goes with the rows."""

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from app.usecases.augmentation.report.figures import Difference, QualityReport
from app.usecases.augmentation.report.inputs import JobFacts
from app.usecases.augmentation.report.references import REFERENCES, versions

_TEMPLATES = Path(__file__).parent / "templates"
REASONS = {
    "invalid": "did not fit the model's schema",
    "already_of_the_class": "were of the class already",
    "out_of_reach": "cannot be brought to the class within the schema's limits",
    "llm_no_proposal": "the language model alone was asked, and proposed nothing that could be read",
}


def report_page(report: QualityReport, about: JobFacts) -> str:
    """The page: no script, its one style sheet inside and named by digest in its own policy."""
    css = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    template = _environment(autoescape=True).get_template("report.html")
    return template.render(r=report, job=about, css=Markup(css), digest=digest)


def data_card(report: QualityReport, about: JobFacts) -> str:
    """Markdown that says what the rows are, and that they are synthetic."""
    return _environment(autoescape=False).get_template("card.md").render(r=report, job=about)


def _environment(autoescape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]) if autoescape else False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = _figure
    environment.filters["percent"] = lambda share: _figure(share, 1, 100.0, "\N{NO-BREAK SPACE}%")
    environment.filters["difference"] = _difference
    environment.filters["between"] = _between
    environment.globals.update(reasons=REASONS, references=REFERENCES, versions=versions())
    return environment


def _figure(value: float | None, decimals: int = 2, times: float = 1.0, unit: str = "") -> str:
    return "unknown" if value is None else f"{times * value:.{decimals}f}{unit}"


def _difference(difference: Difference) -> str:
    return f"{100 * difference.value:+.1f} ({100 * difference.low:+.1f} to {100 * difference.high:+.1f})"


def _between(interval: tuple[float, float] | None, decimals: int = 2, times: float = 1.0) -> str:
    """An interval in brackets, behind its figure; nothing where there is none."""
    if interval is None:
        return ""
    low, high = (f"{times * end:.{decimals}f}" for end in interval)
    return f" ({low} to {high})"

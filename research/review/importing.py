"""From filled forms and the key to a report."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.domain.schema import IntArray
from research.review import form
from research.review.agreement import Agreement, agreement
from research.review.answers import Filled, read_forms, reasons
from research.review.errors import ReviewError
from research.review.key import Key, asked_of, read_key
from research.review.report import Results, Said, as_json, as_markdown
from research.review.verdicts import of_methods, pairs

MARKDOWN, JSON = "report.md", "report.json"


def import_review(paths: Sequence[Path], key_path: Path, out: Path) -> Results:
    """Read all forms and write the report's two files into `out`, a folder that is made; or write nothing.

    Raises:
        ReviewError: key or a form cannot be read, they do not belong together, or `out` is there already.
    """
    if out.exists():
        raise ReviewError(f"{out} is there already. A report is never written over.")
    key, digest = read_key(key_path)
    forms = read_forms(paths, key, digest)
    results = Results(
        key=key,
        digest=digest,
        forms={filled.reviewer: filled.digest for filled in forms},
        options=len(asked_of(key)),
        methods=of_methods(key, forms),
        pairs=pairs(key, forms),
        agreement=agreements(key, forms),
        said=_said(key, forms),
    )
    _write(results, out)
    return results


def agreements(key: Key, forms: Sequence[Filled]) -> dict[str, Agreement]:
    """By question; empty where one reviewer answered."""
    if len(forms) < 2:
        return {}
    asked = asked_of(key)
    cases = np.unique([case for case, _ in asked], return_inverse=True)[1]
    answers = [[filled.answers[one] for filled in forms] for one in asked]
    rated: IntArray = np.array([[answer.plausible for answer in row] for row in answers])
    questions = {
        f"plausible, {form.PLAUSIBLE_FROM} or 5": (rated >= form.PLAUSIBLE_FROM).astype(np.int64),
        "safe": np.array([[int(answer.safe) for answer in row] for row in answers]),
        "would advise": np.array([[int(answer.would_advise) for answer in row] for row in answers]),
    }
    told = {"plausible, 1 to 5": agreement(rated, cases, ordered=True)}
    return told | {question: agreement(ratings, cases) for question, ratings in questions.items()}


def _said(key: Key, forms: Sequence[Filled]) -> list[Said]:
    methods = {(case.case, option.option): option.methods for case in key.cases for option in case.options}
    return [Said(*asked, methods[asked], reviewer, words) for asked, reviewer, words in reasons(forms)]


def _write(results: Results, out: Path) -> None:
    files = {MARKDOWN: as_markdown(results), JSON: json.dumps(as_json(results), indent=1) + "\n"}
    try:
        work = Path(tempfile.mkdtemp(prefix=".review-", dir=out.parent))
        try:
            for name, text in files.items():
                (work / name).write_text(text, encoding="utf-8")
            work.rename(out)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        raise ReviewError(f"The report cannot be written: {error.strerror}.") from error

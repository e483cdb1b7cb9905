"""What a model and rows of one cohort do at another, as tables."""

import json
from collections.abc import Sequence
from pathlib import Path

from research.evaluation.reporting.environment import describe_environment
from research.evaluation.reporting.tables import as_json, markdown
from research.evaluation.runner.language_models import Report
from research.papers_study.cohort_pairs import FEW, cohort_scores
from research.papers_study.cohort_sources import Cohorts
from research.papers_study.cohort_tables import pair_rows, spec_of
from research.training.people import Participant


def study_cohorts(name: str, cohorts: Cohorts, draws: int, out: Path, report: Report, few: int = FEW) -> str:
    """Compare, write `<name>-cohorts.json` and `.md` into `out`, and return the Markdown."""
    scores = cohort_scores(cohorts.schema, cohorts.people, draws, report, few)
    tables = [(spec_of(measure, few), pair_rows(scores, measure)) for measure in ("f1", "auc")]
    sizes = "; ".join(f"{cohort}: {_size(people)}" for cohort, people in cohorts.people.items())
    about = (
        f"{describe_environment()}. {cohorts.about}. {sizes}. {draws} draws of the few, seeds 0 to "
        f"{draws - 1}; rows made once a cohort, seed 0; XGBoost with the shipped models' settings and a "
        f"least child weight of 1; threshold {cohorts.schema.model.threshold:g}."
    )
    texts = [f"## {name}: one cohort at another\n\n{about}\n", *(markdown(*table) for table in tables)]
    text = "\n".join(texts)
    out.mkdir(parents=True, exist_ok=True)
    content = {"model": name, "about": about, "tables": as_json(tables)}
    (out / f"{name}-cohorts.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    (out / f"{name}-cohorts.md").write_text(text, encoding="utf-8")
    return text


def _size(people: Sequence[Participant]) -> str:
    with_it = sum(one.outcome for one in people) / len(people)
    return f"{len(people)} people, {100 * with_it:.0f} % with the outcome"

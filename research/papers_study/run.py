"""The papers' study of one recipe's table: what is asked, judged, told and drawn."""

import json
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from research.evaluation.methods.settings_table import settings_table
from research.evaluation.reporting.environment import describe_environment
from research.evaluation.reporting.tables import as_json, markdown
from research.evaluation.runner.language_models import LanguageModels, Report
from research.papers_study.asking import Asked, Question, Way, ask
from research.papers_study.figures import Tables, method_tables
from research.papers_study.fold_versions import Fold, fold_versions
from research.papers_study.people_table import read_people_table
from research.papers_study.plan import FoldStudy, describe_table

RESULTS, TEXT = "papers.json", "papers.md"


def study_folds(plan: FoldStudy, home: Path, out: Path, language: LanguageModels, report: Report) -> str:
    """Run the plan, write `papers.json`, `papers.md` and figures into `out`, and return the Markdown.

    `home` keeps the folds' versions, which hold people's rows, and answers. What is written into `out` are
    figures of many rows alone.

    Raises:
        TrainingError: the file is another, or too small for folds.
        EmbeddedError: the language model's server cannot start.
    """
    table = read_people_table(plan.recipe, plan.origin, plan.store, lambda words, _: report(words, 0.0))
    folds = fold_versions(table, plan.folds, home / "folds", lambda words, done: report(words, done or 0.0))
    out.mkdir(parents=True, exist_ok=True)
    question = Question(plan.methods, plan.rows, plan.fresh)
    asked = [ask(folds, way, question, home, language, report) for way in Way]
    about = f"{describe_environment()}. {describe_table(table)}. {_describe(plan, folds, asked)}"
    results: dict[str, Any] = {"model": plan.recipe.name, "about": about}
    texts = [f"## {plan.recipe.name}: folds by person\n\n{about}\n"]
    for one in asked:
        tables = _tables(plan, one)
        results[one.way.name.lower()] = as_json(tables)
        texts += [f"### {one.way}\n", *(markdown(*those) for those in tables)]
    texts.append(f"### Settings of the methods\n\n{settings_table(plan.methods)}")
    _draw(asked, plan, out)
    (out / RESULTS).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    text = "\n".join(texts)
    (out / TEXT).write_text(text, encoding="utf-8")
    return text


def _tables(plan: FoldStudy, asked: Asked) -> Tables:
    return method_tables(asked, plan.methods, asked.judges[0].setup.schema)


def _describe(plan: FoldStudy, folds: list[Fold], asked: list[Asked]) -> str:
    """Folds, seeds and packages."""
    digests = ", ".join(one.setup.model.digest[:8] for one in asked[0].judges)
    packages = sorted({one.package for one in plan.methods if one.package} | {"numpy", "scikit-learn"})
    return (
        f"{len(folds)} folds by person (seed {plan.folds.seed}), a version each, manifests {digests}; at "
        f"most {plan.rows} held-out rows a fold and way, people in turns (seed 2026 and the fold's number). "
        f"Methods 7, bootstrap 2026. {', '.join(f'{name} {version(name)}' for name in packages)}."
    )


def _draw(asked: list[Asked], plan: FoldStudy, out: Path) -> None:
    if find_spec("matplotlib"):
        from research.papers_study.plots import features_svg

        (out / f"{plan.recipe.name}-features.svg").write_text(
            features_svg(asked, plan.methods), encoding="utf-8"
        )

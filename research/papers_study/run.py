"""The papers' study of one recipe's table: what is asked, judged, told and drawn."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from research.evaluation.augmentation.cohort import Scarcity
from research.evaluation.methods.settings_table import settings_table
from research.evaluation.reporting.environment import describe_environment
from research.evaluation.reporting.tables import as_json, markdown
from research.evaluation.runner.language_models import LanguageModels, Report
from research.evaluation.study.plan import Part
from research.papers_study import latent, recovery
from research.papers_study.asking import Asked, Question, Way, ask
from research.papers_study.figures import method_tables
from research.papers_study.fold_versions import Fold, fold_versions
from research.papers_study.people_table import PeopleTable, read_people_table
from research.papers_study.plan import FoldStudy
from research.papers_study.scarcity import FoldTrial, scarce_trials, why_not_scarce

RESULTS, TEXT = "papers.json", "papers.md"


@dataclass
class _Told:
    """What a run has found so far: figures by part, texts in order, and drawings by name."""

    figures: dict[str, Any] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    drawings: dict[str, str] = field(default_factory=dict)


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
    told = _Told()
    about = f"{describe_environment()}. {_describe(plan, table, folds)}"
    told.texts.append(f"## {plan.recipe.name}: folds by person\n\n{about}\n")
    if Part.METHODS in plan.parts:
        question = Question(plan.methods, plan.rows, plan.fresh)
        _methods(plan, [ask(folds, way, question, home, language, report) for way in Way], told)
    if Part.AUGMENTATION in plan.parts:
        why = why_not_scarce(folds, plan.scarce)
        trials = [] if why else scarce_trials(folds, plan.scarce, home, language, report)
        _scarcity(plan, trials, why, told)
    out.mkdir(parents=True, exist_ok=True)
    for name, drawing in told.drawings.items():
        (out / f"{plan.recipe.name}-{name}.svg").write_text(drawing, encoding="utf-8")
    content = {"model": plan.recipe.name, "about": about} | told.figures
    (out / RESULTS).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    text = "\n".join(told.texts)
    (out / TEXT).write_text(text, encoding="utf-8")
    return text


def _methods(plan: FoldStudy, asked: Sequence[Asked], told: _Told) -> None:
    """Tables of both ways, the latent space, and the methods' settings."""
    spaces = [latent.latent_of(one, asked[0]) for one in asked]
    for one, space in zip(asked, spaces, strict=True):
        tables = [
            *method_tables(one, plan.methods, one.judges[0].setup.schema),
            (latent.SPEC, latent.latent_rows(space, plan.methods)),
        ]
        told.figures[one.way.name.lower()] = as_json(tables)
        told.texts += [f"### {one.way}\n", *(markdown(*those) for those in tables)]
        told.texts.append(f"{latent.explained_words(space)}\n")
    told.texts.append(f"### Settings of the methods\n\n{settings_table(plan.methods)}")
    if find_spec("matplotlib"):
        from research.papers_study.latent_plot import latent_svg
        from research.papers_study.plots import features_svg

        told.drawings["features"] = features_svg(asked, plan.methods)
        told.drawings["latent"] = latent_svg(spaces, plan.methods)


def _scarcity(plan: FoldStudy, trials: Sequence[FoldTrial], why: str | None, told: _Told) -> None:
    """A table a scarcity, or why there is none."""
    told.texts.append("### Scarce labels\n")
    if why is not None:
        told.texts.append(f"{why}\n")
        return
    scarce = plan.scarce
    told.texts.append(
        f"{scarce.labelled} labelled rows of training people a draw, {scarce.draws} draws a fold (seeds 0 to "
        f"{scarce.draws - 1}), half the labels of one class or of both taken away.\n"
    )
    for scarcity in Scarcity:
        rows = recovery.recovery_rows(trials, scarcity)
        told.figures[f"scarce_{scarcity}"] = as_json([(recovery.SPEC, rows)])
        told.texts += [f"{recovery.headline(trials, scarcity)}\n", markdown(recovery.SPEC, rows)]
    if find_spec("matplotlib"):
        from research.papers_study.scarcity_plot import scarcity_svg

        told.drawings["scarcity"] = scarcity_svg(trials)


def _describe(plan: FoldStudy, table: PeopleTable, folds: Sequence[Fold]) -> str:
    """The table, folds, seeds and packages."""
    with_it = sum(one.outcome for one in table.people)
    packages = ", ".join(f"{name} {version(name)}" for name in sorted(_packages(plan)))
    return (
        f"{len(table.people)} rows of {table.persons} people, {with_it} of them with the outcome; file "
        f"SHA-256 {table.file_sha256[:12]}. {len(folds)} folds by person (seed {plan.folds.seed}), a version "
        f"each; at most {plan.rows} held-out rows a fold and way, people in turns (seed 2026 and the fold's "
        f"number). Seeds: methods 7, bootstrap 2026. {packages}."
    )


def _packages(plan: FoldStudy) -> Iterator[str]:
    yield from {"numpy", "scikit-learn"} | {one.package for one in plan.methods if one.package}

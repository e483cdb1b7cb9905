"""The study: every method about the same people of each model, every way to make rows; tables and figures."""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from research.evaluation.augmentation.cohort import Scarcity, load_cohort, why_no_trials
from research.evaluation.augmentation.report import describe_trials, headline, name_of, trial_tables
from research.evaluation.augmentation.run import run_trials
from research.evaluation.benchmark_setup.people import CohortSpec, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.reporting.tables import as_json, markdown
from research.evaluation.runner.language_models import LanguageModels, Report
from research.evaluation.study.comparison import Comparison, compare, comparison_tables, describe
from research.evaluation.study.plan import ModelPlace, Part, Plan, StudyError
from research.evaluation.study.versions import versions, versions_line

RESULTS = "study.json"

PartResult = tuple[Part, dict[str, Any], str]
"""A part of the study: its figures and its text."""


def study(plan: Plan, home: Path, out: Path, language: LanguageModels, report: Report) -> str:
    """Run the plan, write `study.json`, `study.md` and figures into `out`, and return the Markdown.

    Raises:
        StudyError: `out` holds results of another version, which would be mixed with these.
        ModelFolderError: there is no such model.
        EmbeddedError: the language model's server cannot start.
    """
    stamp = _stamp(plan)
    _check(out, stamp, plan.fresh)
    out.mkdir(parents=True, exist_ok=True)
    parts = [part for place in plan.models for part in _parts(plan, place, home, out, language, report)]
    results = {"stamp": stamp} | {
        part: [figures for which, figures, _ in parts if which is part] for part in Part
    }
    (out / RESULTS).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    text = "\n".join([*(text for _, _, text in parts), f"{versions_line()}\n"])
    (out / "study.md").write_text(text, encoding="utf-8")
    return text


def _parts(
    plan: Plan, place: ModelPlace, home: Path, out: Path, language: LanguageModels, report: Report
) -> Iterator[PartResult]:
    """All that is planned for one model: figures and text of each part."""
    if Part.METHODS in plan.parts:
        for setting in plan.settings:
            spec = CohortSpec(place.name, setting, people=plan.people, store=place.store)
            yield _methods(plan, spec, home, out, language, report)
    if Part.AUGMENTATION in plan.parts:
        yield _augmentation(plan, place, home, out, language, report)


def _methods(
    plan: Plan, spec: CohortSpec, home: Path, out: Path, language: LanguageModels, report: Report
) -> PartResult:
    comparison = compare(spec, plan.methods, home, language, report, plan.fresh, plan.twice)
    tables, about = comparison_tables(comparison), describe(comparison)
    figures = {"model": spec.model, "setting": spec.setting, "about": about, "tables": as_json(tables)}
    _draw(comparison, out / f"{spec.model}-{spec.setting}")
    texts = [markdown(*table) for table in tables]
    return Part.METHODS, figures, "\n".join([f"### {spec.model}, {spec.setting}\n", *texts, f"{about}\n"])


def _augmentation(
    plan: Plan, place: ModelPlace, home: Path, out: Path, language: LanguageModels, report: Report
) -> PartResult:
    name = place.name
    if why := why_no_trials(load_cohort(name, place.store), plan.trials.people):
        return Part.AUGMENTATION, {"model": name, "left_out": why}, f"### {name}, scarce labels\n\n{why}\n"
    trials = run_trials(name, plan.trials, home / "augmentation", language, report, plan.fresh, place.store)
    about = describe_trials(plan.trials)
    tables = {scarcity: trial_tables(trials, scarcity) for scarcity in Scarcity}
    figures = {"model": name, "about": about} | {scarcity: as_json(pair) for scarcity, pair in tables.items()}
    if find_spec("matplotlib"):
        from research.evaluation.augmentation.plots import scarcity_svg

        (out / f"{name}-scarcity.svg").write_text(scarcity_svg(trials, name_of), encoding="utf-8")
    texts = [f"### {name}, scarce labels\n"]
    for scarcity, pair in tables.items():
        texts += [f"{headline(trials, scarcity)}\n", *(markdown(*table) for table in pair)]
    return Part.AUGMENTATION, figures, "\n".join([*texts, f"{about}\n"])


def _stamp(plan: Plan) -> dict[str, Any]:
    """Versions of code and models.

    Raises:
        StudyError: a model calls nobody's risk high.
    """
    models = {}
    for place in plan.models:
        setup = load_setup(CohortSpec(place.name, SettingKind.ACTIONABLE, people=1, store=place.store))
        if not setup.people:
            raise StudyError(
                f"{place.name} has nobody held out whose risk is above its threshold of {setup.target:g}: "
                "there is nobody to ask about"
            )
        models[place.name] = setup.model_digest
    return {"versions": versions(), "models": models}


def _check(out: Path, stamp: dict[str, Any], fresh: bool) -> None:
    path = out / RESULTS
    if fresh or not path.exists():
        return
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))["stamp"]
    except (ValueError, KeyError, TypeError):
        kept = None
    if kept != stamp:
        raise StudyError(
            f"{path} holds results of another version of the study or of its models, which are not mixed "
            "with new ones: take another --out, or --fresh to measure anew"
        )


def _draw(comparison: Comparison, stem: Path) -> None:
    """Figures, where matplotlib is installed; that of features only if a method answered about anybody."""
    if not find_spec("matplotlib"):
        return
    from research.evaluation.study.plots import features_svg, latent_svg, rightness_svg

    answered = any(one.best for those in comparison.results.values() for one in those)
    drawings = {"right": rightness_svg, "latent": latent_svg} | (
        {"features": features_svg} if answered else {}
    )
    for kind, drawn in drawings.items():
        stem.with_name(f"{stem.name}-{kind}.svg").write_text(drawn(comparison), encoding="utf-8")

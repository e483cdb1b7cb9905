"""The study: every method about the same people of each model, in each setting; tables and figures."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from app.evaluation.asking.language import Language, Report
from app.evaluation.methods.registry import STUDY, Method
from app.evaluation.scene.people import Place, load_scene
from app.evaluation.scene.rules import Setting
from app.evaluation.study.compare import TWICE, Compared, about, compare, sheets_of
from app.evaluation.study.sheets import as_json, markdown

EDITION = 1
"""Counts up when figures of an older version may not stand beside new ones."""
PEOPLE, QUICK_PEOPLE, QUICK_TWICE = 100, 4, 2
RESULTS = "study.json"
_MODULES = {"dice-ml": "dice_ml", "nicex": "nice", "cfnow": "cfnow", "treecf": "treecf"}


class StudyError(ValueError):
    """What was asked for cannot be measured."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be studied."""

    models: Sequence[str]
    settings: Sequence[Setting] = tuple(Setting)
    methods: Sequence[Method] = STUDY
    people: int = PEOPLE
    twice: int = TWICE
    fresh: bool = False


def plan_of(
    models: Sequence[str],
    settings: Sequence[str],
    methods: Sequence[str],
    people: int | None,
    quick: bool,
    fresh: bool,
) -> Plan:
    """A plan by the words of the command line; no settings and no methods stand for all of them.

    Raises:
        StudyError: there is no such method or setting, or a method's package is not installed.
    """
    known = {method.key: method for method in STUDY}
    for what, said, there_are in (("method", methods, known), ("setting", settings, list(Setting))):
        if unknown := sorted(set(said) - set(there_are)):
            raise StudyError(f"{', '.join(unknown)}: no such {what}. There are {', '.join(there_are)}")
    chosen = [known[key] for key in known if key in methods]
    chosen = chosen or [method for method in STUDY if not (quick and method.slow)]
    lacking = {m.package for m in chosen if m.package and find_spec(_MODULES[m.package]) is None}
    if lacking:
        raise StudyError(
            f"{', '.join(sorted(lacking))}: not installed here. `make evaluate` makes an environment that "
            "has all the methods; --methods ours asks Turnpoint alone"
        )
    most = people or (QUICK_PEOPLE if quick else PEOPLE)
    where = [Setting(one) for one in settings] or list(Setting)
    return Plan(models, where, chosen, most, QUICK_TWICE if quick else TWICE, fresh)


def study(plan: Plan, home: Path, out: Path, language: Language, report: Report) -> str:
    """Run the plan, write `study.json`, `study.md` and figures into `out`, and return the Markdown.

    Raises:
        StudyError: `out` holds results of another version, which would be mixed with these.
        ModelFolderError: there is no such model.
        EmbeddedError: the language model's server cannot start.
    """
    stamp = _stamp(plan)
    _check(out, stamp, plan.fresh)
    out.mkdir(parents=True, exist_ok=True)
    places, parts = [], []
    for name in plan.models:
        for setting in plan.settings:
            place = Place(name, setting, plan.people)
            compared = compare(place, plan.methods, home, language, report, plan.fresh, plan.twice)
            sheets, told = sheets_of(compared), about(compared)
            places.append({"model": name, "setting": setting, "about": told, "tables": as_json(sheets)})
            parts.append(_section(name, setting, told, [markdown(*one) for one in sheets]))
            _draw(compared, out / f"{name}-{setting}")
    results = {"stamp": stamp, "places": places}
    (out / RESULTS).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    text = "\n".join(parts)
    (out / "study.md").write_text(text, encoding="utf-8")
    return text


def _stamp(plan: Plan) -> dict[str, Any]:
    scenes = {name: load_scene(Place(name, Setting.ACTIONABLE, 1)) for name in plan.models}
    return {"edition": EDITION, "models": {name: scene.model_digest for name, scene in scenes.items()}}


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


def _section(name: str, setting: Setting, told: str, tables: Sequence[str]) -> str:
    return "\n".join([f"### {name}, {setting}\n", *tables, f"{told}\n"])


def _draw(compared: Compared, stem: Path) -> None:
    """Figures, where matplotlib is installed."""
    if not find_spec("matplotlib"):
        return
    from app.evaluation.study.plots import features_svg, latent_svg, rightness_svg

    for kind, drawn in (("right", rightness_svg), ("features", features_svg), ("latent", latent_svg)):
        stem.with_name(f"{stem.name}-{kind}.svg").write_text(drawn(compared), encoding="utf-8")

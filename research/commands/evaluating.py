"""The command that measures: Turnpoint beside other methods, and what language models propose."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.shared import Home, fail
from app.paths import HOME
from app.settings import Settings
from research.commands.model_place import store_with
from turnpoint.commands.console import progress, say_once

if TYPE_CHECKING:
    from research.evaluation.study.plan import StudyRequest
    from research.papers_study.plan import FoldRequest


def evaluate(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Models, folders of the model store, or public ones; all of the store, and the public "
            "ones, unless told."
        ),
    ] = None,
    parts: Annotated[
        list[str] | None, typer.Option("--part", help="methods or augmentation; both unless told.")
    ] = None,
    methods: Annotated[list[str] | None, typer.Option(help="A method's key; may be repeated.")] = None,
    augmenters: Annotated[
        list[str] | None, typer.Option(help="A way to make rows, by its key; may be repeated.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--setting", help="actionable or free; both unless told.")
    ] = None,
    people: Annotated[int | None, typer.Option(min=1, help="At most so many held-out people.")] = None,
    draws: Annotated[
        int | None, typer.Option(min=2, help="So many draws of people for augmentation.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="A few people, without the slowest methods.")] = False,
    fresh: Annotated[bool, typer.Option(help="Ask anew instead of going on.")] = False,
    origin: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="Of a recipe's model (`turnpoint sensors model`): the file that it is made of; of AI-READI "
            "what `turnpoint sensors features` wrote. The papers' study is then made on it, with folds by "
            "person.",
        ),
    ] = None,
    across: Annotated[
        bool,
        typer.Option(
            help="Instead, what a model and rows of one cohort do at another: heart-disease by site, or "
            "activity-health's table (--from) beside NHANES 2017-2018."
        ),
    ] = False,
    proposers: Annotated[
        list[str] | None,
        typer.Option(
            help="Instead, raw proposals of language models: zero_shot, few_shot, fine_tuned or "
            "name=folder of an adapter; may be repeated."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for figures; in the home folder unless told.")
    ] = None,
    home: Home = HOME,
) -> None:
    """Measure Turnpoint beside other methods on held-out people, or what language models propose."""
    from app.classifiers.store import ModelFolderError, newest_version
    from app.local.embedded.errors import EmbeddedError
    from app.proposers.llm.failures import LlmError
    from research.evaluation.proposals.proposer_specs import ProposerSpecError
    from research.evaluation.runner.worker import WorkerStartError
    from research.evaluation.study.plan import StudyError, StudyRequest
    from research.papers_study.cohort_pairs import DRAWS, QUICK_DRAWS
    from research.papers_study.plan import FoldRequest
    from research.training.errors import TrainingError

    home = home.expanduser().resolve()
    out = out or home / "evaluation"
    given = {"--setting": settings, "--proposers": proposers}
    of_methods = {"--part": parts, "--methods": methods, "--augmenters": augmenters, "--people": people}
    try:
        if across:
            _refuse("--across", given | of_methods | {"--fresh": fresh})
        elif origin is not None:
            _refuse("--from", given)
        if across:
            few = (QUICK_DRAWS if quick else DRAWS) if draws is None else draws
            _study_cohorts(names or [], origin, few, home, out)
        elif origin is not None:
            request = FoldRequest(
                parts=parts or (),
                methods=methods or (),
                augmenters=augmenters or (),
                draws=draws,
                rows=people,
                quick=quick,
                fresh=fresh,
            )
            _study_folds(names or [], origin.expanduser(), request, home, out)
        elif proposers:
            _evaluate_proposals(names or [Settings().default_model], proposers, people, home, out)
        else:
            folders = {path.parent.parent for path in Settings().model_store.glob("*/*/manifest.json")}
            there = [newest_version(folder).parent.name for folder in sorted(folders)]
            public = _public_beside(there)
            words = StudyRequest(
                models=names or [*there, *public],
                stores={name: home / "evaluation" / "models" for name in public if name in (names or public)},
                parts=parts or (),
                settings=settings or (),
                methods=methods or (),
                augmenters=augmenters or (),
                people=people,
                draws=draws,
                quick=quick,
                fresh=fresh,
            )
            _study(words, home, out)
    except (ModelFolderError, ProposerSpecError, StudyError, TrainingError, EmbeddedError, LlmError) as error:
        fail(str(error))
    except WorkerStartError as error:
        fail(f"{error}. Give the command again: answers so far are kept.")


def _refuse(way: str, given: Mapping[str, object]) -> None:
    """Refuse what would be passed over without a word."""
    from research.evaluation.study.plan import StudyError

    if idle := [name for name, value in given.items() if value]:
        raise StudyError(f"{' and '.join(idle)} cannot be heeded with {way}: leave out what is not of it")


def _public_beside(there: Sequence[str]) -> list[str]:
    """The public models that the store has no other of the same name beside."""
    from research.public_models.making import PUBLIC_MODELS

    return [name for name in PUBLIC_MODELS if name not in there]


def _evaluate_proposals(
    names: list[str], proposers: list[str], people: int | None, home: Path, out: Path
) -> None:
    from app.classifiers.store import load_version
    from research.evaluation.proposals.proposer_specs import proposer_spec
    from research.evaluation.proposals.run import evaluate as measure
    from research.evaluation.proposals.run import tables, write_results
    from research.llm_session import endpoint_of

    settings = Settings()
    for name in names:
        model = load_version(store_with(name, None, home), name)
        specs = [proposer_spec(proposer, model) for proposer in proposers]
        with progress() as report:
            results = measure(model, specs, people or 10_000, home, endpoint_of(settings), report)
        write_results(out / name, results)
        typer.echo(tables(results))


def _study(words: "StudyRequest", home: Path, out: Path) -> None:
    from research.evaluation.runner.language_models import LanguageModels
    from research.evaluation.study.plan import plan_of
    from research.evaluation.study.run import study
    from research.llm_session import endpoint_of
    from research.public_models.making import PUBLIC_MODELS, made

    plan = plan_of(words)
    for name, store in words.stores.items():
        made(PUBLIC_MODELS[name], store, home / "data", say_once(f"{name}: "))
    with progress() as report:
        text = study(plan, home / "evaluation", out, LanguageModels(home, endpoint_of(Settings())), report)
    typer.echo(text)


def _study_folds(names: list[str], origin: Path, request: "FoldRequest", home: Path, out: Path) -> None:
    from research.evaluation.runner.language_models import LanguageModels
    from research.evaluation.study.plan import StudyError
    from research.llm_session import endpoint_of
    from research.papers_study.fold_versions import FoldPlan
    from research.papers_study.plan import fold_study
    from research.papers_study.run import study_folds
    from research.sensor_models.recipes import recipe_named

    if len(names) != 1:
        raise StudyError("--from is the file of one model: name the recipe, such as lifesnaps-stress")
    store = store_with(names[0], None, home)
    plan = fold_study(recipe_named(names[0]), origin, store, request, FoldPlan())
    language = LanguageModels(home, endpoint_of(Settings()))
    with progress() as report:
        text = study_folds(plan, home / "evaluation", out, language, report)
    typer.echo(text)


def _study_cohorts(names: list[str], origin: Path | None, draws: int, home: Path, out: Path) -> None:
    from research.evaluation.study.plan import StudyError
    from research.papers_study.cohort_pairs import FEW
    from research.papers_study.cohort_run import study_cohorts
    from research.papers_study.cohort_sources import FEW_OF_A_SURVEY, HEALTH, sites, surveys

    if len(names) != 1 or (names == [HEALTH]) != (origin is not None):
        raise StudyError(f"--across is of one model: one with sites, or {HEALTH} with --from its table")
    [name], cache = names, home / "data"
    with progress() as report:
        cohorts = (
            sites(store_with(name, None, home), name, cache)
            if origin is None
            else surveys(origin.expanduser(), cache)
        )
        few = FEW if origin is None else FEW_OF_A_SURVEY
        text = study_cohorts(name, cohorts, draws, out, report, few)
    typer.echo(text)

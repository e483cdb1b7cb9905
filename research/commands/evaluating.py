"""The command that measures: Turnpoint beside other methods, and what language models propose."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.shared import Home, fail
from app.paths import HOME
from app.settings import Settings
from turnpoint.commands.console import progress

if TYPE_CHECKING:
    from research.evaluation.study.plan import StudyRequest


def evaluate(
    names: Annotated[
        list[str] | None, typer.Argument(help="Models, folders of the model store; all of them unless told.")
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
    from research.evaluation.study.plan import StudyError, StudyRequest, is_of_own_table

    home = home.expanduser().resolve()
    out = out or home / "evaluation"
    try:
        if proposers:
            _evaluate_proposals(names or [Settings().default_model], proposers, people, home, out)
        else:
            folders = {path.parent.parent for path in Settings().model_store.glob("*/*/manifest.json")}
            homes = [newest_version(folder) for folder in sorted(folders)]
            every = [home.parent.name for home in homes if not is_of_own_table(home)]
            words = StudyRequest(
                models=names or every,
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
    except (ModelFolderError, ProposerSpecError, StudyError, EmbeddedError, LlmError) as error:
        fail(str(error))


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
        model = load_version(settings.model_store, name)
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

    plan = plan_of(words)
    with progress() as report:
        text = study(plan, home / "evaluation", out, LanguageModels(home, endpoint_of(Settings())), report)
    typer.echo(text)

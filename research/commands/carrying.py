"""The command that measures whether what a language model learned about one model helps with another."""

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.shared import Home, fail
from app.paths import HOME
from research.commands.model_place import store_with
from turnpoint.commands.console import progress

if TYPE_CHECKING:
    from app.proposers.llm.carry_over import CarryOver


def carry_over(
    name: Annotated[str, typer.Argument(help="The model to ask about, a folder of the model store.")],
    other: Annotated[
        str, typer.Option("--from", help="The model whose adapter it is, such as dysglycaemia.")
    ],
    people: Annotated[int, typer.Option(min=1, help="At most so many of its training people.")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="Of the choice of people, and of the samples.")] = 1,
    home: Home = HOME,
) -> None:
    """Measure another model's adapter beside few-shot prompts; the gateway asks it where it is better."""
    from app.classifiers.store import ModelFolderError, load_version
    from app.local.embedded.errors import EmbeddedError
    from app.proposers.llm.carry_over import write_carry_over
    from app.proposers.llm.failures import LlmError
    from research.evaluation.proposals.carrying import CarryOverImpossibleError
    from research.evaluation.proposals.carrying import carry_over as measure

    home = home.expanduser().resolve()
    try:
        model, taught = (load_version(store_with(one, None, home), one) for one in (name, other))
        with progress() as report:
            measured = measure(model, taught, people, seed, home, report)
    except (ModelFolderError, CarryOverImpossibleError, EmbeddedError, LlmError) as error:
        fail(str(error))
    path = write_carry_over(model.folder, measured)
    typer.echo(f"{told(measured)}\nWrote {path}")


def told(measured: "CarryOver") -> str:
    """The figures, and what follows from them."""
    verdict = (
        f"With LLM_STYLE=fine_tuned a language model with this adapter is asked about {measured.model}."
        if measured.is_better
        else f"That is not clearly better: it is not asked about {measured.model}."
    )
    adapter = _share(measured.valid, measured.people, measured.interval)
    few_shot = _share(measured.few_shot_valid, measured.people, measured.few_shot_interval)
    return (
        f"Valid single proposals about {measured.people} training people of {measured.model}: {adapter} with "
        f"the adapter of {measured.taught_for}, {few_shot} by few-shot prompts (95 % intervals). {verdict}"
    )


def _share(count: int, people: int, interval: tuple[float, float]) -> str:
    low, high = (round(100 * end) for end in interval)
    return f"{round(100 * count / people)} % ({low} to {high})"

"""`turnpoint check NAME`: what is wrong with a model's folder, and what one of its people could do."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.shared import fail

if TYPE_CHECKING:
    from app.classifiers.model_version import ModelVersion
    from app.classifiers.partitions import Person
    from app.domain.counterfactual import Counterfactual
    from app.domain.recourse import RecourseResult

_OPTIONS = 3


def check(
    name: Annotated[str, typer.Argument(help="A model of MODEL_STORE, or the path of its folder.")],
    person: Annotated[
        int | None, typer.Option("--person", help="A held-out person, by the data set's number of them.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Which person is shown otherwise.")] = 0,
) -> None:
    """Look a model's folder over: every fault at once, advice, and what a held-out person could do."""
    from app.classifiers.advice import advice_on
    from app.classifiers.folder import MAKING, replaced_versions
    from app.classifiers.inspection import inspect_folder

    folder = _folder(name)
    found = inspect_folder(folder)
    for left in [path for path in (folder / MAKING, *replaced_versions(folder)) if path.exists()]:
        typer.echo(
            f"advice: {left} holds people's values: a run of add-model is at work, or one that was killed "
            f"left it. {_what_becomes_of(left)}"
        )
    for fault in found.errors:
        typer.echo(f"error: {fault}")
    if found.errors:
        count = len(found.errors)
        fail(f"{folder} cannot be used: {count} {'error' if count == 1 else 'errors'}.")
    for said in advice_on(folder, found.schema, found.newest):
        typer.echo(f"advice: {said}")
    if found.newest is None:
        typer.echo(f"{folder / 'task.toml'} can be trained with: no error was found.")
        return
    typer.echo(f"{found.newest.reference} can be hosted: no error was found.")
    for line in _shown(found.newest, _chosen(found.newest, person, seed)):
        typer.echo(line)


def _what_becomes_of(left: Path) -> str:
    """What the next run does to what a killed one left."""
    if left.suffix and not left.with_suffix("").exists():
        return f"The next run puts it back as version {left.stem}."
    return "The next run takes it away."


def _folder(name: str) -> Path:
    """By what a caller would name the model, or by where it is."""
    from app.settings import Settings

    path = Path(name)
    if path.is_dir() and path.resolve().name != name:
        return path.resolve()
    folder = Settings().model_store / name
    if "@" in name:
        fail("The folder of all versions is checked: name the model without @ and number.")
    return folder


def _chosen(model: "ModelVersion", number: int | None, seed: int) -> "Person":
    """The held-out person of a number; without one, one of those at high risk, by chance."""
    import numpy as np

    from app.classifiers.partitions import Side, people_of

    people = people_of(model, Side.HELD_OUT)
    if number is not None:
        found = next((one for one in people if one.source_id == number), None)
        if found is None:
            fail(f"{model.folder / Side.HELD_OUT} holds nobody of the number {number}.")
        return found
    high = [one for one in people if one.risk > model.schema.model.threshold] or people
    return high[int(np.random.default_rng(seed).integers(len(high)))]


def _shown(model: "ModelVersion", person: "Person") -> Iterator[str]:
    """What the model says of a person, and what they could do, in words."""
    from app.domain.wording import line_text, risk_text, value_text
    from app.engine.examples import answer_about
    from app.engine.registry import served_model

    served = served_model(model)
    if not served.has_proofs:
        yield "The classifier is asked in batches, and its inside is not seen: nothing is proved of options."
    answer = answer_about(served, person.features, _OPTIONS)
    known = [one for one in model.schema.features if person.features[one.name] is not None]
    told = ", ".join(value_text(one, person.features[one.name]) for one in known)
    yield ""
    yield f"Held-out person {person.source_id}: {told or 'nothing is known'}."
    yield (
        f"Risk of {model.schema.model.outcome}: {risk_text(person.risk)}; "
        f"the threshold is {line_text(model.schema.model.threshold)}."
    )
    yield from _options(answer)


def _options(answer: "RecourseResult") -> Iterator[str]:
    from app.domain.counterfactual import Status

    if answer.status is Status.ALREADY_BELOW_TARGET:
        yield "The risk is at or below the threshold as it is. That rules nothing out."
    elif answer.infeasible is not None:
        yield "No permitted change brings it to the threshold."
    yield from (_line("Option", "holds", one) for one in answer.counterfactuals)
    yield from (_line("Improvement", "falls", one) for one in answer.improvements)
    if answer.no_improvement is not None:
        yield answer.no_improvement.text
    yield from (one.text for one in answer.always)


def _line(what: str, often: str, one: "Counterfactual") -> str:
    from app.domain.wording import risk_text

    holds = one.robustness
    shares = ", ".join(risk_text(share) for share in (holds.refits, holds.noise, holds.adherence))
    fragile = ", fragile" if one.fragile else ""
    return (
        f"- {what}: {one.summary} Risk {risk_text(one.risk)}, effort {one.effort:g}{fragile}; "
        f"{often} in {shares} of refits, noise draws and adherence draws."
    )

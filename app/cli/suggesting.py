"""The command that asks a hosted model about the people, or the days, that `sensors features` wrote."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.shared import Home, fail
from app.paths import HOME

if TYPE_CHECKING:
    from app.cli.suggestion_files import Suggested
    from app.faces.in_process.engine import InProcessEngine
    from app.faces.in_process.workers import Exchange
    from app.ingest.sensors.asking import Question, Unasked, Wanted

_FEW = 20
"""Of more people every core has a process of its own."""
_STAND_IN = "asked"
"""Whom the model is asked about: a table's ids may be none that a request takes, and nothing is recorded."""


def suggest(
    model: Annotated[str, typer.Argument(help="The model, such as aireadi-stress or lifesnaps-stress@1.")],
    origin: Annotated[
        Path, typer.Option("--from", help="The file of people that `sensors features` wrote, days beside it.")
    ],
    person: Annotated[
        str | None, typer.Option(help="Whose suggestions are told; everybody's need --out.")
    ] = None,
    day: Annotated[
        str | None,
        typer.Option(
            help="Of a model of days: which, such as 2024-02-14. Unless told the newest that tells every "
            "lever which some day tells, or, where none tells them together, any of them."
        ),
    ] = None,
    last_days: Annotated[
        int,
        typer.Option(min=0, max=62, help="How many days before the scored one go with it."),
    ] = 7,
    out: Annotated[
        Path | None, typer.Option(help="A .parquet or .jsonl file for everybody's answers, or this person's.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="The model store; `models` in the data folder unless told.")
    ] = None,
    home: Home = HOME,
) -> None:
    """Tell what would lower the estimate of a person or a day, answered in this process and not recorded."""
    from app.classifiers.base import ClassifierError
    from app.ingest.sensors.asking import Wanted, questions_of
    from app.ingest.sensors.sources.base import SourceError

    if person is None and out is None:
        fail("--person says whose suggestions are told; --out writes everybody's.")
    try:
        file = out and _file(out)
        wanted = Wanted(person, _date(day) if day else None, last_days)
        engine = _engine(model, (store or home / "models").expanduser().resolve())
        questions = list(questions_of(origin.expanduser(), engine.served.model.schema, wanted))
        _tell(engine, questions, wanted, file)
    except (ClassifierError, SourceError) as error:
        fail(f"{str(error).removesuffix('.')}.")


def _file(out: Path) -> Path:
    from app.cli.suggestion_files import check_ending

    check_ending(out)
    return out.expanduser().absolute()


def _date(day: str) -> date:
    from app.parsing.dates import DateError, read_date

    try:
        return read_date(day)
    except DateError as error:
        fail(f"--day {error}.")


def _engine(model: str, store: Path) -> "InProcessEngine":
    from app.faces.in_process.engine import load

    try:
        return load(model, store)
    except ValueError as error:  # ours: it names the model and what is wrong with its files
        fail(f"{str(error).removesuffix('.')}.")


def _tell(
    engine: "InProcessEngine", questions: "list[Question | Unasked]", wanted: "Wanted", out: Path | None
) -> None:
    """Print the one, write what there is of all, and say of how many there is nothing, and why."""
    from app.cli.suggestion_files import suggestions_file
    from turnpoint.commands.console import progress, say

    if out is None:
        for one in _suggested(engine, engine, questions):
            _print(engine, one)
        return
    lost: dict[str, int] = {}
    found = 0
    with suggestions_file(out) as sink, progress() as tell:
        for done, one in enumerate(_of_all(engine, questions), start=1):
            sink.add(one)
            if one.why_not:
                lost[one.why_not] = lost.get(one.why_not, 0) + 1
            found += one.answer is not None and bool(one.answer.counterfactuals)
            tell("people", done / len(questions))
    answered = len(questions) - sum(lost.values())
    say(f"{answered} of {len(questions)} people were asked about; {found} have options. Wrote {out}.")
    for why, count in sorted(lost.items()):
        say(f"Not asked about: {count}, since {why}.")
    if wanted.person is not None:
        _print(engine, one)


def _of_all(engine: "InProcessEngine", questions: "list[Question | Unasked]") -> "Iterator[Suggested]":
    """The answers in the order of the questions, by as many processes as it is worth starting."""
    if len(questions) <= _FEW:
        yield from _suggested(engine, engine, questions)
        return
    engine.warm_up()
    workers = engine.several(engine.cores)
    try:
        yield from _suggested(engine, workers, questions, engine.cores)
    finally:
        workers.close()


def _suggested(
    engine: "InProcessEngine", answering: "Exchange", questions: "list[Question | Unasked]", at_once: int = 1
) -> "Iterator[Suggested]":
    from concurrent.futures import ThreadPoolExecutor

    name = engine.served.model.name
    with ThreadPoolExecutor(at_once) as pool:
        yield from pool.map(lambda one: _asked(answering, name, one), questions)


def _asked(answering: "Exchange", model: str, question: "Question | Unasked") -> "Suggested":
    from app.cli.suggestion_files import Suggested
    from app.ingest.sensors.asking import Unasked
    from app.usecases.counterfactuals.schemas import CounterfactualsAnswer

    if isinstance(question, Unasked):
        return Suggested(question, None, question.why)
    body = {
        "patient_id": _STAND_IN,
        "features": question.features,
        "days": question.days,
        "generator": "search",
    }
    status, reply = answering.exchange("POST", "/counterfactuals", json.dumps(body).encode())
    if status == 200:
        answer = CounterfactualsAnswer.model_validate_json(reply)
        return Suggested(question, answer.model_copy(update={"patient_id": question.person_id}))
    return Suggested(question, None, _why(reply, question))


def _why(reply: bytes, question: "Question") -> str:
    """The faults of a refused question, by day and feature and without values."""
    problem = json.loads(reply)
    faults = [f"{_where(one['pointer'], question)} {one['detail']}" for one in problem.get("errors", ())]
    return "; ".join(faults[:3]) or str(problem["detail"]).removesuffix(".")


def _where(pointer: str, question: "Question") -> str:
    """What a fault is of: a feature, or a day told beside by its date."""
    match pointer.split("/")[1:]:
        case ["days", number, "date"]:
            return f"the day {question.days[int(number)]['date']}"
        case ["days", number, *_, name]:
            return f"{name} of {question.days[int(number)]['date']}"
        case [*_, name]:
            return name
    return "it"


def _print(engine: "InProcessEngine", one: "Suggested") -> None:
    from app.cli.suggestion_words import lines_of
    from app.ingest.sensors.asking import Question

    if one.answer is None or not isinstance(one.asked, Question):
        fail(f"{one.asked.person_id} cannot be asked about: {one.why_not}.")
    for line in lines_of(engine.served, one.asked, one.answer):
        typer.echo(line)

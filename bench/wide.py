"""A model of sixty features and a hundred and fifty trees: how long until there is a first good answer.

The table is invented; each of its features can change. The classifier is fitted as the shipped ones are, so
that it has all its trees, and is added as an owner adds theirs. People asked about are held out, in even
steps through all high risks.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from app.classifiers.partitions import Person
from app.classifiers.store import load_version
from app.classifiers.task import read_task
from app.classifiers.training_procedure import TREES, Sample, fit
from app.engine.examples import people_of_all_high_risks
from app.faces.in_process.engine import load
from bench.measurement import Measurement, summed
from bench.running import Json, Run, running
from research.evaluation.benchmark_setup.people import CohortSpec, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.methods.turnpoint import TurnpointMethod
from research.own_model.adding import Order, add_model
from research.own_model.fitting import Size
from research.own_model.table.people import people_of
from research.own_model.table.reading import read_table
from research.training.people import outcomes_of, rows_of
from tests.own_tables import wide, written
from turnpoint.recourse import Recourse

MODEL, PEOPLE, ROWS = "wide", 50, 4000
WAIT_S = 0.1
"""For how long a caller over HTTP waits who takes the first good answer; the last step comes after it."""
_PROMISED_MS = 200.0
_SIZE = Size([], exemplars=5)
_ACTION = """
[feature.action]
direction = "decrease"
verb = "doing less of it"
step = 1
limit = [0, 9]
effort = 0.2
"""
_NOBODY = "http://127.0.0.1:9/v1"
"""No language model is there, and none is asked."""

Told = TypeVar("Told")


def measure_wide(scratch: Path, people: int, over_http: bool, console: Console) -> list[Measurement]:
    """Make the model in a scratch folder and ask about so many people, one after the other."""
    store = scratch / "store"
    console.print(f"Making a model of {ROWS} people, 60 features and {TREES} trees …")
    make_wide(scratch, store)
    console.print(f"Asking about {people} people …")
    asked = people_of_all_high_risks(load_version(store, MODEL), people)
    least = _least_effort(store, asked)
    whole = _in_process(store, asked)
    helped = 100 * sum(is_helped for _, is_helped in whole) / len(whole)
    measures = [
        summed("least effort alone, in process", least, "ms"),
        summed("whole answer in process, explain_one", [spent for spent, _ in whole], "ms"),
        Measurement("options or improvements, share of people", helped, unit="%"),
    ]
    return measures + (_over_http(store, scratch / "home", asked) if over_http else [])


def make_wide(folder: Path, store: Path, rows: int = ROWS) -> None:
    """Draft a schema, let everything change, fit the classifier, and add the model with it."""
    data = written(wide(rows), folder)
    order = Order(MODEL, data, "event", store)
    add_model(order, _silent, _SIZE)
    task = store / MODEL / "task.toml"
    task.write_text(with_actions(task.read_text(encoding="utf-8")), encoding="utf-8")
    schema = read_task(task)
    people, _ = people_of(schema, read_table(data, "event", None, None))
    booster = fit(schema, Sample(rows_of(schema, people), outcomes_of(people)))
    booster.save_model(classifier := folder / "classifier.ubj")
    add_model(Order(MODEL, data, "event", store, classifier=classifier), _silent, _SIZE)


def with_actions(text: str) -> str:
    """A drafted schema in which each feature can change, four of them at a time."""
    head, *features = text.split("\n[[feature]]")
    lines = ["max_changes = 4" if line.startswith("max_changes") else line for line in head.splitlines()]
    told = ["\n".join(line for line in one.splitlines() if not line.startswith("#")) for one in features]
    return "\n[[feature]]".join(["\n".join(lines) + "\n", *(f"{one.rstrip()}\n{_ACTION}" for one in told)])


def _least_effort(store: Path, people: Sequence[Person]) -> list[float]:
    """Milliseconds until the search ends that asks for the target at least effort alone, as peers do."""
    ids = tuple(person.source_id for person in people)
    setup = load_setup(CohortSpec(MODEL, SettingKind.ACTIONABLE, people=len(ids), ids=ids, store=store))
    method = TurnpointMethod(setup, bare=True)
    method(setup.people[0])
    return [_timed(method, person)[0] for person in setup.people]


def _in_process(store: Path, people: Sequence[Person]) -> list[tuple[float, bool]]:
    """Milliseconds for each whole answer, and whether it has anything to offer."""
    with Recourse(load(MODEL, store)) as recourse:
        recourse.explain_one(people[0].features)
        timed = [_timed(recourse.explain_one, person.features) for person in people]
    return [(spent, bool(told.counterfactuals or told.improvements)) for spent, told in timed]


def _over_http(store: Path, home: Path, people: Sequence[Person]) -> list[Measurement]:
    """With a caller who waits for the first good answer, and with one who waits for all of it."""
    requests: list[Json] = [
        {"patient_id": f"bench-{one.source_id}", "features": one.features, "generator": "search"}
        for one in people
    ]
    settings = {"MODEL_STORE": str(store), "DEFAULT_MODEL": MODEL, "REFINEMENTS": "0"}
    with running(home, llm_url=_NOBODY, beside=lambda *_: settings) as run:
        run.ask(requests[0] | {"patient_id": "bench-warm-up"})
        soon = [_ask(run, request, {"Prefer": f"wait={WAIT_S:g}"}) for request in requests[1:]]
        # Of others than were asked about before: what was whole by then is in the cache under its name.
        named = [request | {"patient_id": f"{request['patient_id']}-whole"} for request in requests[1:]]
        whole = [_ask(run, request, {}) for request in named]
    helped = [_offers(first) for (_, first), (_, all_of) in zip(soon, whole, strict=True) if _offers(all_of)]
    share = 100 * sum(helped) / len(helped) if helped else 0.0
    return [
        summed(
            f"first good answer, over HTTP, Prefer: wait={WAIT_S:g}",
            [spent for spent, _ in soon],
            "ms",
            _PROMISED_MS,
        ),
        Measurement("it offers something, where the whole answer does", share, unit="%"),
        summed("over HTTP, the whole answer", [spent for spent, _ in whole], "ms"),
    ]


def _offers(told: Json) -> bool:
    return bool(told["counterfactuals"] or told.get("improvements"))


def _ask(run: Run, request: Json, headers: Mapping[str, str]) -> tuple[float, Json]:
    def post(body: Json) -> Json:
        told: Json = run.http.post("/counterfactuals", json=body, headers=headers).raise_for_status().json()
        return told

    return _timed(post, request)


def _timed(ask: Callable[..., Told], about: object) -> tuple[float, Told]:
    started = time.perf_counter()
    told = ask(about)
    return 1000 * (time.perf_counter() - started), told


def _silent(message: str, fraction: float | None) -> None:
    """Nobody is told."""

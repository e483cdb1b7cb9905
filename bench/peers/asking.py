"""Asking a method about every person, in a worker process; what was answered before is not asked again."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

from app.settings import ROOT
from bench.peers.answers import Answer, Ending, Reply, Shelf
from bench.peers.methods import Method, Question, maker
from bench.peers.people import Scene
from bench.peers.worker import Broken, Done, Worker

Answers = dict[int, Answer]
OUR_ROOMS = ("classifiers", "domain", "engine")
"""The rooms of `app` whose code Turnpoint's own answers depend on."""


def ask_all(scene: Scene, method: Method, home: Path, fresh: bool) -> Iterator[Answers]:
    """Ask one method about everybody, yielding the answers so far after each; the last has all of them.

    `fresh` asks even those anew whose answers are kept.
    """
    shelf = Shelf(home / f"{method.key}-{edition(scene, method)}.jsonl")
    if fresh:
        shelf.clear()
    answers = shelf.read()
    wanted = [i for i, person in enumerate(scene.people) if person.source_id not in answers]
    yield answers
    with Worker(maker(method, len(scene.people)), method.hard_limit_s) as worker:
        for index in wanted:
            answer = ask(worker, scene.people[index].source_id, (index, None))
            shelf.keep(answer)
            answers[answer.person] = answer
            yield answers


def ask(worker: Worker[Question, Reply], person: int, question: Question) -> Answer:
    """Ask about one person, whatever comes back."""
    came = worker.ask(question)
    if isinstance(came, Done):
        return Answer(person, came.result, came.cpu_s, came.wall_s)
    return _failed(person, came)


def _failed(person: int, came: Broken) -> Answer:
    """No answer; a method that is killed or dies was at work all the time, so CPU time is wall-clock time."""
    ending = Ending.KILLED if came.killed else Ending.CRASHED
    return Answer(person, Reply(ending, detail=came.detail), came.wall_s, came.wall_s)


def edition(scene: Scene, method: Method) -> str:
    """Stands for all that an answer depends on; answers of another edition are left alone."""
    adapter = ROOT.joinpath(*method.adapter.partition(":")[0].split(".")).with_suffix(".py")
    code = [adapter, ROOT / "bench" / "peers" / "reach.py"]
    if method.is_ours:
        code += (path for room in OUR_ROOMS for path in (ROOT / "app" / room).rglob("*.py"))
    made_by = version(method.package) if method.package else scene.model_digest
    parts = [scene.told_digest, made_by, json.dumps(dict(method.options), sort_keys=True), _digest(code)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _digest(files: Iterable[Path]) -> str:
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(files))).hexdigest()

"""Asking a method about every person, in a worker process; what was answered before is not asked again."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from app.local.embedded.llm_session import LlmEndpoint
from app.paths import ROOT
from research.evaluation.asking.answers import Answer, Shelf
from research.evaluation.asking.worker import Broken, Done, Worker
from research.evaluation.methods.registry import Method, Question, maker
from research.evaluation.methods.reply import Ending, Reply
from research.evaluation.scene.people import Place, Scene

Answers = dict[int, Answer]
_OURS = ("classifiers", "domain", "engine")
"""The rooms of `app` whose code Turnpoint's own answers depend on."""
_PROPOSERS = ("proposers",)
"""The same, of a language model's proposals."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How people are asked about: where answers are kept, and whether they are asked anew."""

    home: Path
    fresh: bool = False
    served: LlmEndpoint | None = None


def ask_all(scene: Scene, place: Place, method: Method, asking: Asking) -> Iterator[Answers]:
    """Ask one method about everybody, yielding the answers so far after each; the last has all of them."""
    shelf = Shelf(asking.home / f"{method.key}-{edition(scene, method, asking.served)}.jsonl")
    if asking.fresh:
        shelf.clear()
    asked = {person.source_id for person in scene.people}
    answers = {person: answer for person, answer in shelf.read().items() if person in asked}
    wanted = [i for i, person in enumerate(scene.people) if person.source_id not in answers]
    yield answers
    with Worker(maker(method, place, asking.served), method.hard_limit_s) as worker:
        for index in wanted:
            answer = ask(worker, scene.people[index].source_id, (index, None))
            shelf.keep(answer)
            answers[answer.person] = answer
            yield answers


def ask(worker: Worker[Question, Reply], person: int, question: Question) -> Answer:
    """Ask about one person, whatever comes back."""
    came = worker.ask(question)
    if isinstance(came, Done):
        return Answer(person, came.result, came.cpu_s, came.wall_s, came.memory_mb)
    return _failed(person, came)


def _failed(person: int, came: Broken) -> Answer:
    """No answer; a method that is killed or dies was at work all the time, so CPU time is wall-clock time."""
    ending = Ending.KILLED if came.killed else Ending.CRASHED
    return Answer(person, Reply(ending, detail=came.detail), came.wall_s, came.wall_s)


def edition(scene: Scene, method: Method, served: LlmEndpoint | None = None) -> str:
    """Stands for all that an answer depends on; answers of another edition are left alone."""
    adapter = ROOT.joinpath(*method.adapter.partition(":")[0].split(".")).with_suffix(".py")
    code = [adapter, *(ROOT / "app" / "evaluation" / "scene").glob("*.py")]
    if method.is_ours:
        rooms = _OURS + (_PROPOSERS if method.style else ())
        code += (path for room in rooms for path in (ROOT / "app" / room).rglob("*.py"))
    made_by = version(method.package) if method.package else scene.model_digest
    asked_of = f"{served.model} {served.temperature}" if served and method.style else ""
    options = json.dumps(dict(method.options), sort_keys=True)
    parts = [scene.told_digest, scene.rules.setting, made_by, options, asked_of, _digest(code)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _digest(files: Iterable[Path]) -> str:
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(files))).hexdigest()

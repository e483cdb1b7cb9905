"""A question without an answer: what does each method do, and how long does it take?"""

from dataclasses import dataclass

import numpy as np

from research.evaluation.asking.answers import Answer
from research.evaluation.asking.everybody import ask
from research.evaluation.asking.worker import Worker
from research.evaluation.methods.registry import BENCH, Method, maker
from research.evaluation.scene.people import Place, Scene, load_scene

ONLY = ("sleep",)
"""The one feature that may vary: no night's sleep turns the highest risk."""
LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Probe:
    """What became of the question, in one method's hands."""

    method: str
    answer: Answer

    @property
    def words(self) -> str:
        proved = " (proved)" if self.answer.reply.proved else ""
        return f"{self.answer.reply.ending.value}{proved}"


def probe_all(place: Place) -> list[Probe]:
    """Ask every method that gives one answer about the riskiest of these people who can sleep better."""
    scene = load_scene(place)
    risk = scene.risk(np.stack([person.row for person in scene.people]))
    can_move = [scene.restricted(person, ONLY).reach != {} for person in scene.people]
    index = int(np.where(can_move, risk, 0.0).argmax())
    return [_probe(scene, place, method, index) for method in BENCH if method.answers == 1]


def _probe(scene: Scene, place: Place, method: Method, index: int) -> Probe:
    with Worker(maker(method, place), LIMIT_S) as worker:
        return Probe(method.name, ask(worker, scene.people[index].source_id, (index, ONLY)))

"""A question without an answer: what does each method do, and how long does it take?"""

from dataclasses import dataclass

import numpy as np

from bench.peers.answers import Answer
from bench.peers.asking import ask
from bench.peers.methods import METHODS, Method, maker
from bench.peers.people import Scene, load_scene
from bench.peers.worker import Worker

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


def probe_all(people: int) -> list[Probe]:
    """Ask every method that gives one answer about the riskiest of so many people who can sleep better."""
    scene = load_scene(people)
    risk = scene.risk(np.stack([person.row for person in scene.people]))
    can_move = [scene.restricted(person, ONLY).reach != {} for person in scene.people]
    index = int(np.where(can_move, risk, 0.0).argmax())
    return [_probe(scene, method, index) for method in METHODS if method.answers == 1]


def _probe(scene: Scene, method: Method, index: int) -> Probe:
    with Worker(maker(method, len(scene.people)), LIMIT_S) as worker:
        return Probe(method.name, ask(worker, scene.people[index].source_id, (index, ONLY)))

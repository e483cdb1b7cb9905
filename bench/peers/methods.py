"""The methods that are compared, in the order of the table."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pkgutil import resolve_name
from typing import Any

from bench.peers.answers import Reply
from bench.peers.people import Scene, easy_training_person, load_scene


@dataclass(frozen=True, slots=True)
class Method:
    """One row of the table: which adapter, with which options, and how long one person may take."""

    key: str
    name: str
    adapter: str
    options: Mapping[str, Any] = field(default_factory=dict)
    hard_limit_s: float = 30.0
    package: str | None = None
    """The distribution whose version matters; Turnpoint's own when None."""
    answers: int = 1
    slow: bool = False
    """Left out of a quick run."""

    @property
    def is_ours(self) -> bool:
        return self.package is None


def _ours(key: str, name: str, **options: Any) -> Method:
    return Method(key, name, "bench.peers.ours:Turnpoint", options, answers=options.get("count", 1))


def _dice(key: str, name: str, **options: Any) -> Method:
    return Method(key, name, "bench.peers.dice:Dice", options, package="dice-ml", answers=options["count"])


def _nice(key: str, name: str, **options: Any) -> Method:
    return Method(key, name, "bench.peers.nice:Nice", options, package="nicex")


def _cfnow(key: str, name: str, **options: Any) -> Method:
    adapter = "bench.peers.cfnow:Cfnow"
    return Method(key, name, adapter, options, 60.0, "cfnow")


def _treecf(key: str, name: str, slow: bool = False, **options: Any) -> Method:
    adapter, answers = "bench.peers.treecf:Treecf", options.get("count", 1)
    return Method(key, name, adapter, options, 60.0, "treecf", answers, slow=slow)


REFERENCE = "ours"
"""The method whose figures the ratios are against."""

METHODS = (
    _ours("ours-least", "Turnpoint, least effort", min_robustness=0.0),
    _ours("ours", "Turnpoint"),
    _ours("ours-first", "Turnpoint, first good answer", bare=True),
    _ours("ours-batches", "Turnpoint, trees unseen", batches=True),
    _dice("dice-random", "DiCE random", method="random", count=1),
    _dice("dice-genetic", "DiCE genetic", method="genetic", count=1),
    _nice("nice-sparsity", "NICE sparsity", optimization="sparsity"),
    _nice("nice-proximity", "NICE proximity", optimization="proximity"),
    _cfnow("cfnow", "CFNOW greedy, 5 s", strategy="greedy", limit_s=5),
    _treecf("treecf", "treecf genetic"),
    _treecf("treecf-links", "treecf genetic, links told", links=True),
    _treecf("treecf-effort", "treecf genetic, links, our effort", links=True, effort=True),
    _treecf("treecf-forest", "treecf genetic, forest 0.47", forest=0.47),
    _treecf("treecf-0.3", "treecf genetic, risk ≤ 0.3", target=0.3),
    _treecf("treecf-exact", "treecf exact, 10 s", backend="exact"),
    _treecf("treecf-exact-effort", "treecf exact, our effort", True, backend="exact", effort=True),
    _treecf("treecf-exact-0.3", "treecf exact, risk ≤ 0.3", True, backend="exact", target=0.3),
    _ours("ours-four", "Turnpoint, four options", count=4),
    _dice("dice-random-four", "DiCE random, four", method="random", count=4),
    _dice("dice-genetic-four", "DiCE genetic, four", method="genetic", count=4),
    _treecf("treecf-four", "treecf diverse, four", backend="exact", count=4),
)

Question = tuple[int, tuple[str, ...] | None]
"""A person's place among those asked about, and the actionable features that may vary (None for all)."""


def maker(method: Method, people: int) -> Callable[[], Callable[[Question], Reply]]:
    """What a worker process calls once to get a method ready; it can be sent to another process."""
    return partial(_make, method.adapter, dict(method.options), people)


def _make(adapter: str, options: Mapping[str, Any], people: int) -> Callable[[Question], Reply]:
    scene = load_scene(people)
    method = resolve_name(adapter)(scene, **options)
    with contextlib.suppress(Exception):  # what is loaded or compiled on first use is not measured
        method(easy_training_person(scene))
    return partial(_answer, scene, method)


def _answer(scene: Scene, method: Callable[[Any], Reply], question: Question) -> Reply:
    index, only = question
    return method(scene.restricted(scene.people[index], only))

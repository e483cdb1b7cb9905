"""The methods that are compared, in the order of the tables."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pkgutil import resolve_name
from typing import Any

from app.proposers.llm.prompt import Style
from research.evaluation.benchmark_setup.people import (
    BenchmarkSetup,
    CohortSpec,
    easy_training_person,
    load_setup,
)
from research.evaluation.methods.reply import MethodReply
from research.llm_session import LlmEndpoint

_HERE = "research.evaluation.methods"


@dataclass(frozen=True, slots=True)
class MethodAdapter:
    """The class that asks a method, by name: its package is not installed everywhere.

    `version` is raised when the class answers otherwise than before, so that kept answers are asked anew;
    not for a comment, a name or a move.
    """

    name: str
    target: str
    version: int
    package: str | None = None
    """The distribution whose version matters; Turnpoint's own when None."""
    reads_xgboost: bool = False
    """Whether it reads XGBoost's model itself: it cannot be asked about another library's."""
    calls: tuple[str, ...] = ()
    """What of its package the class calls, by name: what it does not set there is the package's default."""


TURNPOINT = MethodAdapter("turnpoint", f"{_HERE}.turnpoint:TurnpointMethod", version=1)
WHOLE_ANSWER = MethodAdapter("whole-answer", f"{_HERE}.turnpoint:WholeAnswer", version=1)
LANGUAGE_MODEL = MethodAdapter("language-model", f"{_HERE}.language_model:LanguageModelMethod", version=1)
PIPELINE = MethodAdapter("pipeline", f"{_HERE}.language_model:Pipeline", version=1)
DICE = MethodAdapter(
    "dice",
    f"{_HERE}.dice:Dice",
    version=1,
    package="dice-ml",
    calls=("dice_ml.explainer_interfaces.explainer_base:ExplainerBase.generate_counterfactuals",),
)
NICE = MethodAdapter("nice", f"{_HERE}.nice:Nice", version=1, package="nicex", calls=("nice:NICE",))
CFNOW = MethodAdapter(
    "cfnow", f"{_HERE}.cfnow:Cfnow", version=1, package="cfnow", calls=("cfnow:find_tabular",)
)
TREECF = MethodAdapter(
    "treecf",
    f"{_HERE}.treecf:Treecf",
    version=1,
    package="treecf",
    reads_xgboost=True,
    calls=("treecf:Explainer", "treecf:Explainer.explain"),
)
ADAPTERS = (TURNPOINT, LANGUAGE_MODEL, PIPELINE, DICE, NICE, CFNOW, TREECF)


@dataclass(frozen=True, slots=True)
class Method:
    """One row of the tables: which adapter, with which options, and how long one person may take."""

    key: str
    name: str
    adapter: MethodAdapter
    options: Mapping[str, Any] = field(default_factory=dict)
    hard_limit_s: float = 30.0
    answers: int = 1
    slow: bool = False
    """Left out of a quick run."""
    style: Style | None = None
    """How it asks a language model; None where it asks none."""
    seeded: bool = False
    """Whether its answers depend on a seed."""

    @property
    def package(self) -> str | None:
        """The distribution whose version matters; Turnpoint's own when None."""
        return self.adapter.package

    @property
    def is_ours(self) -> bool:
        return self.package is None

    def again(self) -> "Method":
        """The same method asked a second time, with another seed where it takes one."""
        options = dict(self.options) | ({"seed": 8} if self.seeded else {})
        return replace(self, key=f"{self.key}-again", options=options)


def _ours(key: str, name: str, **options: Any) -> Method:
    return Method(key, name, TURNPOINT, options, answers=options.get("count", 1))


def _llm(key: str, name: str, style: Style) -> Method:
    options = {"style": style.value, "count": 4}
    return Method(key, name, LANGUAGE_MODEL, options, hard_limit_s=120.0, answers=4, slow=True, style=style)


def _dice(key: str, name: str, slow: bool = False, **options: Any) -> Method:
    answers = options["count"]
    return Method(key, name, DICE, options, hard_limit_s=15.0, answers=answers, slow=slow, seeded=True)


def _nice(key: str, name: str, **options: Any) -> Method:
    return Method(key, name, NICE, options)


def _cfnow(key: str, name: str, slow: bool = False, **options: Any) -> Method:
    return Method(key, name, CFNOW, options, hard_limit_s=10.0, slow=slow, seeded=True)


def _treecf(key: str, name: str, slow: bool = False, **options: Any) -> Method:
    answers = options.get("count", 1)
    return Method(key, name, TREECF, options, hard_limit_s=15.0, answers=answers, slow=slow, seeded=True)


REFERENCE = "ours"
"""The method whose figures the ratios are against."""

METHODS = (
    _ours("ours-least", "Turnpoint, least effort", min_robustness=0.0),
    _ours("ours", "Turnpoint"),
    _ours("ours-first", "Turnpoint, first good answer", bare=True),
    _ours("ours-batches", "Turnpoint, trees unseen", batches=True),
    Method(
        "auto",
        "Turnpoint with language model",
        PIPELINE,
        {"count": 4},
        hard_limit_s=120.0,
        answers=4,
        slow=True,
        style=Style.FINE_TUNED,
    ),
    _llm("fine-tuned", "language model, fine-tuned", Style.FINE_TUNED),
    _llm("few-shot", "language model, few-shot", Style.FEW_SHOT),
    _llm("zero-shot", "language model, zero-shot", Style.ZERO_SHOT),
    _dice("dice-random", "DiCE random", method="random", count=1),
    _dice("dice-genetic", "DiCE genetic", method="genetic", count=1),
    _dice("dice-kdtree", "DiCE kd-tree", method="kdtree", count=1),
    _nice("nice-none", "NICE none: nearest person", optimization="none"),
    _nice("nice-sparsity", "NICE sparsity", optimization="sparsity"),
    _nice("nice-proximity", "NICE proximity", optimization="proximity"),
    _cfnow("cfnow", "CFNOW greedy, 5 s", strategy="greedy", limit_s=5),
    _cfnow("cfnow-random", "CFNOW random, 5 s", slow=True, strategy="random", limit_s=5),
    _treecf("treecf", "treecf genetic"),
    _treecf("treecf-links", "treecf genetic, links told", links=True),
    _treecf("treecf-effort", "treecf genetic, links, our effort", links=True, effort=True),
    _treecf("treecf-forest", "treecf genetic, forest 70 %", forest=0.7),
    _treecf("treecf-0.3", "treecf genetic, risk ≤ 0.3", target=0.3),
    _treecf("treecf-exact", "treecf exact, 10 s", slow=True, backend="exact"),
    _treecf("treecf-exact-effort", "treecf exact, our effort", slow=True, backend="exact", effort=True),
    _treecf("treecf-exact-0.3", "treecf exact, risk ≤ 0.3", slow=True, backend="exact", target=0.3),
    _ours("ours-four", "Turnpoint, four options", count=4),
    _dice("dice-random-four", "DiCE random, four", method="random", count=4),
    _dice("dice-genetic-four", "DiCE genetic, four", slow=True, method="genetic", count=4),
    _treecf("treecf-four", "treecf diverse, four", slow=True, backend="exact", count=4),
)

STRATEGIES = (
    Method("answer-strategies", "Turnpoint", WHOLE_ANSWER, {"diversity": "strategies"}, answers=4),
    Method(
        "answer-least",
        "Turnpoint, least effort",
        WHOLE_ANSWER,
        {"diversity": "least_effort"},
        answers=4,
    ),
    *(m for m in METHODS if m.key in ("dice-random-four", "dice-genetic-four", "treecf-effort")),
)
"""What `make bench ARGS=strategies` compares: how different options are, and of what they are made."""

_SLOW = ("cfnow", "dice-genetic-four", "treecf-exact-effort")
IMPROVEMENTS = (
    Method(
        "answer-improvements",
        "Turnpoint",
        WHOLE_ANSWER,
        {"diversity": "strategies", "improvements": True},
        answers=8,
    ),
    *(
        replace(method, slow=method.key in _SLOW)
        for method in METHODS
        if method.key in ("treecf-effort", "nice-sparsity", "dice-random-four", *_SLOW)
    ),
)
"""What `make bench ARGS=improvements` compares: whom they help at all, and how far."""

BENCH = tuple(method for method in METHODS if method.style is None)
"""`make bench` measures speed: nobody waits for a language model there."""
_BENCH_ALONE = (
    "ours-batches",
    "dice-genetic-four",
    "treecf-links",
    "treecf-effort",
    "treecf-0.3",
    "treecf-exact-effort",
    "treecf-exact-0.3",
    "treecf-four",
)
STUDY = tuple(method for method in METHODS if method.key not in _BENCH_ALONE)

Question = tuple[int, tuple[str, ...] | None]
"""A person's place among those asked about, and the actionable features that may vary (None for all)."""


def method_factory(
    method: Method, spec: CohortSpec, endpoint: LlmEndpoint | None = None
) -> Callable[[], Callable[[Question], MethodReply]]:
    """What a worker process calls once to get a method ready; it can be sent to another process.

    `endpoint` is the language model's server, for a method that asks one.
    """
    options = dict(method.options) | ({"endpoint": endpoint} if method.style is not None else {})
    return partial(_make, method.adapter.target, options, spec)


def _make(target: str, options: Mapping[str, Any], spec: CohortSpec) -> Callable[[Question], MethodReply]:
    setup = load_setup(spec)
    method = resolve_name(target)(setup, **options)
    with contextlib.suppress(Exception):  # what is loaded or compiled on first use is not measured
        method(easy_training_person(setup))
    return partial(_answer, setup, method)


def _answer(setup: BenchmarkSetup, method: Callable[[Any], MethodReply], question: Question) -> MethodReply:
    index, only = question
    return method(setup.restricted(setup.people[index], only))

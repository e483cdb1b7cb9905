"""The report of a review: the same figures for people, as Markdown, and for programs, as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from research.evaluation.metrics.estimates import Estimate
from research.review.agreement import Agreement
from research.review.form import PLAUSIBLE_FROM
from research.review.key import Key
from research.review.methods import Reviewed
from research.review.verdicts import OfMethod, Pair

FEW_CASES = 20
"""With fewer, every figure is said to be uncertain."""
_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]<>#|!&"})


@dataclass(frozen=True, slots=True)
class Said:
    """A reason that a reviewer gave, and of which methods the option was."""

    case: str
    option: str
    methods: tuple[Reviewed, ...]
    reviewer: str
    words: str


@dataclass(frozen=True, slots=True)
class Results:
    """All that a review found; `agreement` is by question, and empty of one reviewer."""

    key: Key
    digest: str
    forms: Mapping[str, str]
    """SHA-256 of each reviewer's form, by their code."""
    options: int
    methods: Sequence[OfMethod]
    pairs: Sequence[Pair]
    agreement: Mapping[str, Agreement]
    said: Sequence[Said]


def as_json(results: Results) -> dict[str, Any]:
    """The report for programs; people's ids stay in the key."""
    key = results.key
    return {
        "format": "turnpoint-review-report/1",
        "model": key.model,
        "model_digest": key.model_digest,
        "key_sha256": results.digest,
        "reduction": key.reduction,
        "asked_about": key.asked_about,
        "cases": len(key.cases),
        "options": results.options,
        "forms_sha256": dict(results.forms),
        "method_names": dict(key.methods),
        "left_out": dict(key.left_out),
        "plausible_from": PLAUSIBLE_FROM,
        "methods": [asdict(one) for one in results.methods],
        "pairs": [asdict(one) for one in results.pairs],
        "agreement": {question: asdict(one) for question, one in results.agreement.items()},
        "reasons": [asdict(one) for one in results.said],
    }


def as_markdown(results: Results) -> str:
    """The report for people."""
    parts = (_head, _by_method, _pairs, _agreement, _said)
    return "\n".join(line for part in parts for line in part(results))


def _head(results: Results) -> Iterator[str]:
    key, reviewers, cases = results.key, len(results.forms), len(results.key.cases)
    target = "the model's threshold"
    if key.reduction is not None:
        target = f"{100 * key.reduction:g} points below their own risk"
    yield f"# Blinded review: {key.model}\n"
    yield (
        f"{reviewers} {'reviewer' if reviewers == 1 else 'reviewers'} judged {results.options} options of "
        f"{cases} held-out people without being told of which method each was. People were to come to "
        f"{target}. Of {key.asked_about} people who were asked about, in an order drawn by seed {key.seed}, "
        "these are the first with options to compare.\n"
    )
    yield (
        "Options were shown as permitted steps of the person, whatever a method answered: what is judged is "
        "which permitted changes a method picks. Intervals are 95 %, of 1000 bootstrap samples of cases, or "
        "Wilson's where all cases are alike; "
        "reviewers are taken as they are, so that nothing is said about other reviewers.\n"
    )
    if cases < FEW_CASES:
        yield f"So few cases ({cases}) leave every figure uncertain, with or without an interval.\n"
    for method, why in key.left_out.items():
        yield f"Without {method}: {why}.\n"


def _by_method(results: Results) -> Iterator[str]:
    yield "## By method\n"
    yield (
        f"Shares of options: *plausible* means rated {PLAUSIBLE_FROM} or 5. *Cut*: the method's answer was "
        "not permitted, or not on the steps, as it came. *Reach*: what was shown brings the estimate to the "
        "target.\n"
    )
    yield "| method | cases with an option | cut | reach | plausible | mean rating | safe | would advise |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    cases = len(results.key.cases)
    for one in results.methods:
        name = f"{one.method} ({results.key.methods[one.method]})"
        yield (
            f"| {name} | {one.options} of {cases} | {one.cut} | {one.reach} | {_percent(one.plausible)} | "
            f"{_plain(one.rating)} | {_percent(one.safe)} | {_percent(one.would_advise)} |"
        )
    yield ""


def _pairs(results: Results) -> Iterator[str]:
    yield "## Which option is preferred\n"
    yield (
        "Within a case a reviewer prefers the option that they would advise; if both or neither, the safe "
        "one; else the one rated more plausible. *Share*: wins of the first, ties as half; above 50 % the "
        "first is preferred. An option that both methods suggested is a tie.\n"
    )
    yield "| first | second | cases with both | wins | ties | losses | share |"
    yield "|---|---|---:|---:|---:|---:|---:|"
    for one in results.pairs:
        counts = f"{one.wins} | {one.ties} | {one.losses}"
        yield f"| {one.first} | {one.second} | {one.cases} | {counts} | {_percent(one.share)} |"
    yield ""


def _agreement(results: Results) -> Iterator[str]:
    yield "## Agreement of reviewers\n"
    if not results.agreement:
        yield "One reviewer: there is no agreement to tell.\n"
        return
    yield "| question | statistic | kappa | same answer |"
    yield "|---|---|---:|---:|"
    for question, one in results.agreement.items():
        kappa = "undefined: all answers are the same" if one.kappa is None else f"{one.kappa:.2f}"
        if one.kappa is not None and one.low is not None:
            kappa = f"{kappa} ({one.low:.2f} to {one.high:.2f})"
        yield f"| {question} | {one.statistic} | {kappa} | {100 * one.alike:.0f} % |"
    yield "\nKappa is 0 for agreement as by chance, 1 for full agreement.\n"


def _said(results: Results) -> Iterator[str]:
    yield "## Reasons\n"
    if not results.said:
        yield "None were given.\n"
    for method in Reviewed:
        own = [one for one in results.said if method in one.methods]
        if own:
            yield f"### {method}\n"
            yield from (f"- {one.case} {one.option}, {one.reviewer}: {_literal(one.words)}" for one in own)
            yield ""


def _literal(words: str) -> str:
    """Somebody's words, none of whose signs means anything to Markdown."""
    return words.translate(_SPECIAL)


def _percent(one: Estimate | None) -> str:
    if one is None or one.low is None or one.high is None:
        return "none"
    return f"{100 * one.value:.0f} % ({100 * one.low:.0f} to {100 * one.high:.0f})"


def _plain(one: Estimate | None) -> str:
    if one is None or one.low is None or one.high is None:
        return "none"
    return f"{one.value:.1f} ({one.low:.1f} to {one.high:.1f})"

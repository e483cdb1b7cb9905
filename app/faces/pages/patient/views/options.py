"""Cards of options and improvements: what to consider, how sure it is, and what was said about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from app.domain.counterfactual import TYPICAL_PERCENTILE, Distinction, Generator, Optimality, Robustness
from app.domain.improvement import Grade
from app.domain.schema import Value
from app.domain.wording import inline
from app.faces.http.pages.rendering import risk_words
from app.faces.pages.patient.views.following import Following, following
from app.faces.pages.patient.views.moves import Move, moves_of
from app.faces.pages.patient.views.names import mark_of, name_of
from app.storage.feedback_tables import FeedbackRow
from app.usecases.counterfactuals.option_schemas import CounterfactualOut, ImprovementOut, PlausibilityOut
from app.usecases.feedback.reasons import REASONS, Reason, Verdict
from app.usecases.record.context import AnswerContext

_APART = {
    Distinction.LEAST_EFFORT: "least effort of all",
    Distinction.FEWEST_CHANGES: "fewest changes",
    Distinction.WITHOUT_WEIGHT_GOAL: "without a weight goal",
}
_LEAST_OF_ITS_KIND = "least effort of these"
"""Where options and improvements stand beside each other, the least of one kind is not the least of all."""


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict in words; `id` is what the next one replaces."""

    id: UUID
    verdict: Verdict
    text: str
    reason: str | None
    row: FeedbackRow


@dataclass(frozen=True, slots=True)
class OptionView:
    """One card, of an option or of an improvement.

    `name` is such as "Option 1" and "Improvement A", `mark` the last word of it, `key` the same in addresses
    and element ids. `apart` is what sets it apart from the others, its grades among them. `held` is how it
    holds, each as a term and its figures. `effort_bound` is what anything in its place takes at least, where
    it is less; `least` is what is proved of its effort.

    `strategy` is None of options older than strategies, and `points`, the fall of the risk, where its parts
    are not known.
    """

    id: UUID
    name: str
    mark: str
    kind: str
    rank: int
    strategy: str | None
    apart: tuple[str, ...]
    risk: float
    summary: str
    moves: tuple[Move, ...]
    points: str | None
    following: Following | None
    fragile: bool
    least: str | None
    effort: str
    effort_bound: str | None
    held: tuple[tuple[str, str], ...]
    plausibility_text: str | None
    author: str
    said: Said | None

    @property
    def key(self) -> str:
        """Of element ids."""
        return f"{self.kind}-{self.rank}"


def option_views(context: AnswerContext) -> list[OptionView]:
    """The cards of options, in the order of the answer."""
    said = context.current_verdicts()
    return [_view(context, option, said.get(option.id)) for option in context.options]


def improvement_views(context: AnswerContext) -> list[OptionView]:
    """The cards of improvements, in the order of the answer."""
    said = context.current_verdicts()
    return [_view(context, one, said.get(one.id)) for one in context.answer.improvements]


def said_of(row: FeedbackRow) -> Said:
    """A verdict as it is shown; one that was withdrawn stands as nothing, but has to be replaced."""
    verdict = Verdict(row.verdict)
    text = {Verdict.ACCEPTED: "Accepted", Verdict.DECLINED: "Declined", Verdict.WITHDRAWN: "Taken back"}
    reason = REASONS[Reason(row.reason)] if row.reason else None
    return Said(row.id, verdict, text[verdict], reason, row)


def _view(context: AnswerContext, option: CounterfactualOut, said: FeedbackRow | None) -> OptionView:
    improves, about = isinstance(option, ImprovementOut), option.strategy
    now = context.answer.prediction.risk
    listed = moves_of(context.schema, now, option.risk, option.changes, option.linked)
    return OptionView(
        id=option.id,
        name=name_of(option),
        mark=mark_of(option),
        kind="improvement" if improves else "option",
        rank=option.rank,
        strategy=about.name if about else None,
        apart=tuple(_apart(context, option)),
        risk=option.risk,
        summary=option.summary,
        moves=listed.moves,
        points=listed.points,
        following=following(context.schema, option.brought_along, option.consequences),
        fragile=option.fragile,
        least=_least(option),
        effort=f"{option.effort:.1f}",
        effort_bound=None if option.fragile else _bound(option.optimality),
        held=tuple(_held(context, option)),
        plausibility_text=plausibility_text(option.plausibility),
        author=_author(context, option),
        said=said_of(said) if said else None,
    )


def _apart(context: AnswerContext, option: CounterfactualOut) -> Iterator[str]:
    """What grades an improvement, then what sets the strategy apart."""
    if isinstance(option, ImprovementOut):
        yield from (_grade(option, grade) for grade in option.grades)
        same = next((one for one in context.options if _ends(one) == _ends(option)), None)
        if same:
            yield f"the same changes as {inline(name_of(same))}"
    are_two_kinds = bool(context.options and context.answer.improvements)
    for mark in option.strategy.distinctions if option.strategy else ():
        yield _LEAST_OF_ITS_KIND if mark is Distinction.LEAST_EFFORT and are_two_kinds else _APART[mark]


def _ends(option: CounterfactualOut) -> dict[str, Value]:
    return {change.feature: change.after for change in option.changes}


def _grade(improvement: ImprovementOut, grade: Grade) -> str:
    if grade is Grade.KNEE:
        return "best for its effort"
    if grade is Grade.LARGEST:
        return "the largest fall that holds"
    if improvement.holds_at is None:
        return "nearest to the target"
    return f"holds at a target of {risk_words(improvement.holds_at)}"


def _least(option: CounterfactualOut) -> str | None:
    """What is proved of its effort; that of an improvement is about its own risk.

    Of a fragile option nothing is told: it is the least only of what holds as badly.
    """
    if option.optimality is None or not option.optimality.proved or option.fragile:
        return None
    if isinstance(option, ImprovementOut):
        return "Least effort for this fall: proved"
    return "Least of its kind: proved"


def _held(context: AnswerContext, option: CounterfactualOut) -> Iterator[tuple[str, str]]:
    """An option is to stay at or below the target; an improvement claims a fall, and then half of it."""
    if not isinstance(option, ImprovementOut):
        in_part = any(change.delta is not None for change in option.changes)
        yield "Holds in", _shares(option.robustness, in_part)
        return
    # Effects are drawn too, so that a whole change that is done may still fall short.
    falls, half = _shares(option.robustness), _shares(option.reduction_holds, named=False)
    yield "The estimate falls in", f"{falls}; at least half of the fall remains in {half}"
    if option.holds_at is None:
        now = "the estimate as supposed" if context.is_supposed else "today's estimate"
        yield "As an option", f"would not hold at any target below {now}"
    elif Grade.NEAREST_TARGET not in option.grades:
        yield "As an option", f"would hold at a target of {risk_words(option.holds_at)} or more"


def _shares(held: Robustness, in_part: bool = True, named: bool = True) -> str:
    """Of an option that is done or not, and cannot be carried out in part, shortfalls tell nothing."""
    shares = [(held.refits, "refits"), (held.noise, "measurement errors"), (held.adherence, "shortfalls")]
    told = [
        f"{risk_words(share)} of {word}" if named else risk_words(share)
        for share, word in shares[: 3 if in_part else 2]
    ]
    return ", ".join(told)


def _bound(known: Optimality | None) -> str | None:
    """What anything in its place takes at least; None where that is its own effort, or nothing is known."""
    if known is None or known.proved or known.effort_bound == 0:
        return None
    return f"{known.effort_bound:.1f}"


def plausibility_text(found: PlausibilityOut) -> str | None:
    """How the changed person stands among real people without the outcome; the first check that fails."""
    if found.typical is None or found.joint_percentile is None:
        return None
    if not found.in_range:
        return "unusual: a value lies beyond those of the people the model learned from"
    if found.percentile > TYPICAL_PERCENTILE:
        return f"unusual: less like others than {found.percentile:.0f} % of real people without the outcome"
    if found.joint_percentile > TYPICAL_PERCENTILE:
        share = f"{found.joint_percentile:.0f} % of real people without the outcome"
        return f"unusual: values go together less readily than in {share}"
    return "typical of real people without the outcome"


def _author(context: AnswerContext, option: CounterfactualOut) -> str:
    if option.generator is Generator.LLM:
        model = context.answer.generation.llm_model
        return f"the language model {model}" if model else "the language model"
    return "the search"

"""Cards of options and improvements: what to consider, how sure it is, and what was said about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from app.domain.counterfactual import TYPICAL_PERCENTILE, Distinction, Generator, Optimality, Robustness
from app.domain.degraded import Degraded
from app.domain.improvement import Grade
from app.domain.schema import Value
from app.domain.wording import inline
from app.faces.http.pages.rendering import risk_words
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.following import Following, following
from app.faces.pages.patient.views.moves import Move, moves_of
from app.faces.pages.patient.views.names import mark_of, name_of
from app.faces.pages.patient.views.said_before import said_of_option
from app.storage.feedback_tables import FeedbackRow
from app.usecases.counterfactuals.option_schemas import CounterfactualOut, ImprovementOut, PlausibilityOut
from app.usecases.feedback.reasons import REASONS, Reason, Verdict
from app.usecases.record.context import AnswerContext


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
    holds, each as a term and its figures. `effort` is a word and its figure; `effort_bound` is what anything
    in its place takes at least, where it is less; `least` is what is proved of its effort.

    `said_before` is what was said of the same changes, or of their kind, on other cards.

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
    moves: tuple[Move, ...]
    points: str | None
    following: Following | None
    fragile: bool
    least: str | None
    effort_words: str
    effort: str
    effort_bound: str | None
    held: tuple[tuple[str, str], ...]
    plausibility_text: str | None
    author: str
    said: Said | None
    said_before: str | None

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
    text = {
        Verdict.ACCEPTED: _("Accepted"),
        Verdict.DECLINED: _("Declined"),
        Verdict.WITHDRAWN: _("Taken back"),
    }
    reason = REASONS[Reason(row.reason)] if row.reason else None
    return Said(row.id, verdict, text[verdict], reason, row)


def _view(context: AnswerContext, option: CounterfactualOut, said: FeedbackRow | None) -> OptionView:
    improves, about = isinstance(option, ImprovementOut), option.strategy
    now = context.answer.prediction.risk
    listed = moves_of(
        context.schema,
        now,
        option.risk,
        option.changes,
        option.linked,
        context.consultation,
        nothing_needless=not improves and Degraded.DEADLINE not in context.answer.generation.degraded,
    )
    return OptionView(
        id=option.id,
        name=name_of(option),
        mark=mark_of(option),
        kind="improvement" if improves else "option",
        rank=option.rank,
        strategy=about.name if about else None,
        apart=tuple(_apart(context, option)),
        risk=option.risk,
        moves=listed.moves,
        points=listed.points,
        following=following(context.schema, option.brought_along, option.consequences),
        fragile=option.fragile,
        least=_least(option),
        effort_words=effort_words(option.effort),
        effort=f"{option.effort:.1f}",
        effort_bound=None if option.fragile else _bound(option.optimality),
        held=tuple(_held(context, option)),
        plausibility_text=plausibility_text(option.plausibility),
        author=_author(context, option),
        said=said_of(said) if said else None,
        said_before=said_of_option(context, option),
    )


def _apart(context: AnswerContext, option: CounterfactualOut) -> Iterator[str]:
    """What grades an improvement, then what sets the strategy apart."""
    if isinstance(option, ImprovementOut):
        now = context.answer.prediction.risk
        yield from (_grade(option, grade, now) for grade in option.grades)
        same = next((one for one in context.options if _ends(one) == _ends(option)), None)
        if same:
            yield _("the same changes as %(name)s", name=inline(name_of(same)))
    are_two_kinds = bool(context.options and context.answer.improvements)
    for mark in option.strategy.distinctions if option.strategy else ():
        yield _distinction(mark, are_two_kinds)


def _distinction(mark: Distinction, are_two_kinds: bool) -> str:
    """Where options and improvements stand beside each other, the least of one kind is not that of all."""
    if mark is Distinction.LEAST_EFFORT:
        return _("least effort of these") if are_two_kinds else _("least effort of all")
    if mark is Distinction.FEWEST_CHANGES:
        return _("fewest changes")
    return _("without a weight goal")


def _ends(option: CounterfactualOut) -> dict[str, Value]:
    return {change.feature: change.after for change in option.changes}


def _grade(improvement: ImprovementOut, grade: Grade, now: float) -> str:
    if grade is Grade.KNEE:
        return _("most for its effort")
    if grade is Grade.LARGEST:
        return _("among the largest falls that hold")
    if improvement.holds_at is None or risk_words(improvement.holds_at) == risk_words(now):
        return _("nearest to the target")
    return _("holds at a target of %(target)s", target=risk_words(improvement.holds_at))


def effort_words(effort: float) -> str:
    """How much it asks; 1 is one demanding change kept up for the horizon."""
    if effort <= 0.5:
        return _("little")
    if effort <= 1.0:
        return _("moderate")
    return _("much") if effort <= 2.0 else _("very much")


def _least(option: CounterfactualOut) -> str | None:
    """What is proved of its effort; that of an improvement is about its own risk.

    Of a fragile option nothing is told: it is the least only of what holds as badly.
    """
    if option.optimality is None or not option.optimality.proved or option.fragile:
        return None
    if isinstance(option, ImprovementOut):
        return _("Least effort for this fall: proved")
    return _("Least of its kind: proved")


def _held(context: AnswerContext, option: CounterfactualOut) -> Iterator[tuple[str, str]]:
    """An option is to stay at or below the target; an improvement claims a fall, and then half of it."""
    if not isinstance(option, ImprovementOut):
        in_part = any(change.delta is not None for change in option.changes)
        yield _("Still holds"), _shares(option.robustness, in_part)
        return
    # Effects are drawn too, so that a whole change that is done may still fall short.
    yield _("Still falls"), _shares(option.robustness)
    yield _("By half or more"), _shares(option.reduction_holds)
    if option.holds_at is None:
        yield _("As an option"), _never_holds(context)
    elif Grade.NEAREST_TARGET not in option.grades:
        target = risk_words(option.holds_at)
        yield _("As an option"), _("would hold at a target of %(target)s or more", target=target)


def _never_holds(context: AnswerContext) -> str:
    if context.is_supposed:
        return _("would not hold at any target below the estimate as supposed")
    return _("would not hold at any target below today's estimate")


def _shares(held: Robustness, in_part: bool = True) -> str:
    """Of an option that is done or not, and cannot be carried out in part, shortfalls tell nothing."""
    told = [
        _("%(share)s if learned from other people", share=risk_words(held.refits)),
        _("%(share)s if measured again", share=risk_words(held.noise)),
    ]
    if in_part:
        told.append(_("%(share)s if done in part", share=risk_words(held.adherence)))
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
        return _("unusual: a value lies beyond those of the people of the model's data")
    if found.percentile > TYPICAL_PERCENTILE:
        return _(
            "unusual: less like others than %(share)s of real people without the outcome",
            share=_share_text(found.percentile),
        )
    if found.joint_percentile > TYPICAL_PERCENTILE:
        return _(
            "unusual: values go together less readily than in %(share)s of real people without the outcome",
            share=_share_text(found.joint_percentile),
        )
    return _("typical of real people without the outcome")


def _share_text(percentile: float) -> str:
    """A share of people that were looked at; never all of them, since others may come."""
    return _("more than 99 %%") if percentile > 99 else f"{percentile:.0f} %"


def _author(context: AnswerContext, option: CounterfactualOut) -> str:
    if option.generator is Generator.LLM:
        model = context.answer.generation.llm_model
        return _("the language model %(name)s", name=model) if model else _("the language model")
    return _("the search")

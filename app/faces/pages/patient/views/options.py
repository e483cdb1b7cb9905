"""Option cards: what to consider, how sure it is, and what was said about it."""

from dataclasses import dataclass
from uuid import UUID

from app.domain.counterfactual import TYPICAL_PERCENTILE, Distinction, Generator, Optimality
from app.faces.pages.patient.views.following import Following, following
from app.faces.pages.patient.views.moves import Move, moves_of
from app.storage.feedback_tables import FeedbackRow
from app.usecases.counterfactuals.option_schemas import CounterfactualOut, PlausibilityOut
from app.usecases.feedback.reasons import REASONS, Reason, Verdict
from app.usecases.record.context import AnswerContext

_APART = {
    Distinction.LEAST_EFFORT: "least effort of all",
    Distinction.FEWEST_CHANGES: "fewest changes",
    Distinction.WITHOUT_WEIGHT_GOAL: "without a weight goal",
}


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
    """One card. `effort_bound` is what any option in its place takes at least, where it is less.

    `strategy` is None of options older than strategies, and `points`, the fall of the risk, where its parts
    are not known. `adherence` is None where nothing can be carried out in part.
    """

    id: UUID
    number: int
    strategy: str | None
    apart: tuple[str, ...]
    risk: float
    summary: str
    moves: tuple[Move, ...]
    points: str | None
    following: Following | None
    fragile: bool
    is_least: bool
    effort: str
    effort_bound: str | None
    refits: float
    noise: float
    adherence: float | None
    plausibility_text: str | None
    author: str
    said: Said | None


def option_views(context: AnswerContext) -> list[OptionView]:
    """The cards in the order of the answer."""
    said = context.current_verdicts()
    return [_view(context, option, said.get(option.id)) for option in context.options]


def said_of(row: FeedbackRow) -> Said:
    """A verdict as it is shown; one that was withdrawn stands as nothing, but has to be replaced."""
    verdict = Verdict(row.verdict)
    text = {Verdict.ACCEPTED: "Accepted", Verdict.DECLINED: "Declined", Verdict.WITHDRAWN: "Taken back"}
    reason = REASONS[Reason(row.reason)] if row.reason else None
    return Said(row.id, verdict, text[verdict], reason, row)


def _view(context: AnswerContext, option: CounterfactualOut, said: FeedbackRow | None) -> OptionView:
    known, held, about = option.optimality, option.robustness, option.strategy
    now, changes = context.answer.prediction.risk, option.changes
    listed = moves_of(context.schema, now, option.risk, changes, option.linked)
    return OptionView(
        id=option.id,
        number=option.rank,
        strategy=about.name if about else None,
        apart=tuple(_APART[mark] for mark in about.distinctions) if about else (),
        risk=option.risk,
        summary=option.summary,
        moves=listed.moves,
        points=listed.points,
        following=following(context.schema, option.brought_along, option.consequences),
        fragile=option.fragile,
        is_least=known is not None and known.proved,
        effort=f"{option.effort:.1f}",
        effort_bound=_bound(known),
        refits=held.refits,
        noise=held.noise,
        adherence=held.adherence if any(change.delta is not None for change in changes) else None,
        plausibility_text=plausibility_text(option.plausibility),
        author=_author(context, option),
        said=said_of(said) if said else None,
    )


def _bound(known: Optimality | None) -> str | None:
    """What any option in its place takes at least; None where that is its own effort, or nothing is known."""
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

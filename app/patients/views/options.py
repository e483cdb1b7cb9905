"""Option cards: what to consider, how sure it is, and what was said about it."""

from dataclasses import dataclass
from uuid import UUID

from app.counterfactuals.schemas import CounterfactualOut
from app.domain.counterfactual import Generator
from app.feedback.reasons import REASONS, Reason, Verdict
from app.patients.views.scene import Scene
from app.patients.views.words import Move, moves_of
from app.storage.feedback_tables import FeedbackRow


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
    """One card. `effort_bound` is what any option in its place takes at least, where it is less."""

    id: UUID
    number: int
    risk: float
    moves: tuple[Move, ...]
    fragile: bool
    is_least: bool
    effort: str
    effort_bound: str | None
    refits: float
    noise: float
    adherence: float
    likeness: str | None
    author: str
    said: Said | None


def option_views(scene: Scene) -> list[OptionView]:
    """The cards in the order of the answer."""
    said = scene.standing()
    return [_view(scene, option, said.get(option.id)) for option in scene.options]


def said_of(row: FeedbackRow) -> Said:
    """A verdict as it is shown; one that was withdrawn stands as nothing, but has to be replaced."""
    verdict = Verdict(row.verdict)
    text = {Verdict.ACCEPTED: "Accepted", Verdict.DECLINED: "Declined", Verdict.WITHDRAWN: "Taken back"}
    reason = REASONS[Reason(row.reason)] if row.reason else None
    return Said(row.id, verdict, text[verdict], reason, row)


def _view(scene: Scene, option: CounterfactualOut, said: FeedbackRow | None) -> OptionView:
    known, held = option.optimality, option.robustness
    return OptionView(
        id=option.id,
        number=option.rank,
        risk=option.risk,
        moves=moves_of(scene.schema, option),
        fragile=option.fragile,
        is_least=known is not None and known.proved,
        effort=f"{option.effort:.1f}",
        effort_bound=f"{known.effort_bound:.1f}" if known and not known.proved else None,
        refits=held.refits,
        noise=held.noise,
        adherence=held.adherence,
        likeness=_likeness(option),
        author=_author(scene, option),
        said=said_of(said) if said else None,
    )


def _likeness(option: CounterfactualOut) -> str | None:
    found = option.plausibility
    if found.typical is None:
        return None
    less_so = f"{100 - found.percentile:.0f}\N{NO-BREAK SPACE}% of real low-risk people are less so"
    return f"typical: {less_so}" if found.typical else f"unusual: read it with care; {less_so}"


def _author(scene: Scene, option: CounterfactualOut) -> str:
    if option.generator is Generator.LLM:
        model = scene.answer.generation.llm_model
        return f"the language model {model}" if model else "the language model"
    return "the search"

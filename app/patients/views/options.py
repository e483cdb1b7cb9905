"""Option cards: what to consider, how sure it is, and what was said about it."""

from dataclasses import dataclass
from uuid import UUID

from app.counterfactuals.schemas import CounterfactualOut
from app.domain.counterfactual import Generator
from app.domain.wording import risk_text
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
    """One card."""

    id: UUID
    number: int
    risk: float
    moves: tuple[Move, ...]
    fragile: bool
    effort: str
    effort_note: str
    holds: str
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
    return OptionView(
        id=option.id,
        number=option.rank,
        risk=option.risk,
        moves=moves_of(scene.schema, option),
        fragile=option.fragile,
        effort=f"{option.effort:.1f}",
        effort_note=_effort_note(scene, option),
        holds=_holds(scene, option),
        likeness=_likeness(option),
        author=_author(scene, option),
        said=said_of(said) if said else None,
    )


def _effort_note(scene: Scene, option: CounterfactualOut) -> str:
    horizon = scene.schema.model.horizon if scene.schema else "a year"
    unit = f"1 is one demanding change kept up for {horizon}."
    if option.optimality is None:
        return unit
    if option.optimality.proved:
        return f"{unit} Nothing that could stand in its place takes less: proved."
    return f"{unit} Nothing in its place takes less than {option.optimality.effort_bound:.1f}."


def _holds(scene: Scene, option: CounterfactualOut) -> str:
    found, target = option.robustness, risk_text(scene.answer.prediction.target)
    return (
        f"Stays at {target} or less in {risk_text(found.refits)} of refits of the model, "
        f"{risk_text(found.noise)} of draws of measurement error, and {risk_text(found.adherence)} of draws "
        "in which four fifths or more of each change is carried out."
    )


def _likeness(option: CounterfactualOut) -> str | None:
    found = option.plausibility
    if found.typical is None:
        return None
    share = f"{100 - found.percentile:.0f} % of real people at low risk are further from those most like them"
    if found.typical:
        return f"Typical: {share}."
    return f"An unusual combination of values: {share}. Read it with care."


def _author(scene: Scene, option: CounterfactualOut) -> str:
    if option.generator is Generator.LLM:
        model = scene.answer.generation.llm_model
        return f"the language model ({model})" if model else "the language model"
    return "the search"

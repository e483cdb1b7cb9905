"""The rest of a card, in GitHub-flavoured Markdown: enough for a clinician to judge it without the page."""

from collections.abc import Iterator

from app.domain.counterfactual import Generator
from app.domain.degraded import Degraded
from app.domain.schema import FeatureSchema
from app.domain.wording import line_text, risk_text
from app.faces.ehr.cds.data_words import data_paragraphs
from app.faces.ehr.cds.gathering import Gathered
from app.faces.ehr.cds.state import Standing, Told
from app.faces.ehr.cds.words import band_text, plain, result_text
from app.usecases.counterfactuals.option_schemas import CounterfactualOut, ImprovementOut
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer
from app.usecases.feedback.judged import Judgement
from app.usecases.feedback.reasons import REASONS, Reason

_HURRIED = "A card does not wait: it has what there was in time, and the rest is worked out behind it."
_NOT_YET = (
    "No change worth considering was found in the time that a card has. The search goes on behind it: "
    "open the record again."
)
LOW_NOTE = "A low estimate does not rule it out."


def detail_of(told: Told, schema: FeatureSchema, gathered: Gathered, card_url: str | None) -> str:
    """All paragraphs of a card."""
    paragraphs = [
        *_estimate(told),
        *_measured(told),
        *_next_step(told),
        *_options(told),
        *_settled(told),
        *data_paragraphs(told, schema, gathered),
        _method(told, card_url),
    ]
    return "\n\n".join(paragraphs)


def is_unfinished(answer: CounterfactualsAnswer) -> bool:
    """Whether nothing was found so far and nothing is proved: what is worked out behind the card may help."""
    nothing, made = answer.no_improvement, answer.generation
    return nothing is not None and not nothing.proved and Degraded.DEADLINE in made.degraded


def _estimate(told: Told) -> Iterator[str]:
    made = told.answer.prediction
    says = plain(told.consultation.estimate.says)
    line = f"action threshold of {line_text(made.threshold)}"
    where = {
        "above": f"all of it above the {line}",
        "unclear": f"on either side of the {line}: the estimate cannot tell",
        "below": f"none of it above the {line}",
    }[told.state]
    if made.band is None:
        where = f"{'above' if made.risk > made.threshold else 'at or below'} the {line}"
        yield f"**{says}: {risk_text(made.risk)}**, {where}."
    else:
        yield f"**{says}: {risk_text(made.risk)}**; {band_text(made.band)} by refits, {where}."
    if made.risk <= made.threshold:
        yield LOW_NOTE


def _measured(told: Told) -> Iterator[str]:
    found, finding = told.measured, told.finding
    if found is None or finding is None:
        return
    says = f"**Measured:** {plain(result_text(told))} on {found.measured_on}, {plain(finding.says)}."
    if told.standing in (Standing.SHOWN, Standing.NOT_SHOWN):
        yield f"{says} It counts in place of the estimate. {plain(finding.next)}"
    elif told.consultation.measured.overrules:
        yield f"{says} It is too old to count in place of the estimate."


def _next_step(told: Told) -> Iterator[str]:
    if told.standing in (Standing.SHOWN, Standing.NOT_SHOWN):
        return
    step = told.consultation.next_for(told.state)
    named = told.consultation.guidelines(step.guidelines)
    by = "; ".join(f"[{plain(one.title)}, {one.year}]({one.url})" for one in named)
    yield f"**Next step:** {plain(step.says)}" + (f" ({by})" if by else "")


def _options(told: Told) -> Iterator[str]:
    options = told.shown
    if not options and not told.is_settled:
        no_improvement = told.answer.no_improvement
        if no_improvement is not None:
            yield _NOT_YET if is_unfinished(told.answer) else plain(no_improvement.text)
    if not options:
        return
    yield (
        "**To consider**, each scored again by the model itself. It is an association that the model found, "
        "not a promise; people differ."
    )
    if told.consultation.estimate.caution is not None:
        yield plain(told.consultation.estimate.caution)
    held = "Still falls, of refits" if isinstance(options[0], ImprovementOut) else "Still holds, of refits"
    rows = [
        f"| {_what(one)} | {risk_text(one.risk)} | {risk_text(one.robustness.refits)} |" for one in options
    ]
    yield "\n".join([f"| What | Estimate with it | {held} |", "|---|---|---|", *rows])
    for one in options:
        if one.consequences:
            yield f"{_named(one) if len(options) > 1 else ''}{plain(one.consequences)}"


def _settled(told: Told) -> Iterator[str]:
    """What is not offered again, and why: whoever changes their mind does so on the page."""
    lines = [f"- {_what(option)} {_said(judgement)}" for option, judgement in told.settled]
    if lines:
        head = "**Not offered again**, since somebody judged it:"
        yield "\n".join([head, "", *lines])


def _said(judgement: Judgement) -> str:
    why = f": {plain(_in_words(judgement.reason))}" if judgement.reason else ""
    return f"{judgement.verdict.value.capitalize()} on {judgement.given_at.date()}{why}."


def _in_words(reason: Reason) -> str:
    """As on the page; a note is for the page alone."""
    words = "another reason" if reason is Reason.OTHER else REASONS[reason]
    return words[:1].lower() + words[1:]


def _what(option: CounterfactualOut) -> str:
    fragile = " It holds in fewer refits and draws than asked for." if option.fragile else ""
    return f"{_named(option)}{plain(option.summary)}{fragile}"


def _named(option: CounterfactualOut) -> str:
    return f"**{plain(option.strategy.name)}.** " if option.strategy else ""


def _method(told: Told, card_url: str | None) -> str:
    answer = told.answer
    name = f"{answer.model.name}, version {answer.model.version}"
    model = f"[{name}]({card_url})" if card_url else name
    by_llm = any(one.generator is Generator.LLM for one in told.shown)
    llm = answer.generation.llm_model
    proposed = f"a language model ({plain(llm)})" if by_llm and llm else "an exact search"
    hurried = f" {_HURRIED}" if Degraded.DEADLINE in answer.generation.degraded else ""
    found = f" Options were proposed by {proposed} and verified by the model." if told.shown else ""
    return (
        f"**Method:** {model}.{found}{hurried} The estimate informs a clinician's judgement. It replaces "
        "neither that nor a test."
    )

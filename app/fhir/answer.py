"""A recorded answer in FHIR: what is, what would be, what to consider for it, and which AI says so."""

from collections.abc import Iterator

from app.classifiers.model_version import ModelVersion
from app.domain.counterfactual import Generator
from app.domain.feature import Feature
from app.domain.schema import FeatureSchema
from app.domain.scope import Scope
from app.fhir.bundle import collection
from app.fhir.ending import ending_of
from app.fhir.form import Entry, identity_of
from app.fhir.guidance_response import guidance_response
from app.fhir.lowest import lowest_in_reach
from app.fhir.makers import Makers
from app.fhir.measured import measured_text, not_used_outcome
from app.fhir.occasion import Occasion
from app.fhir.option import OptionEntries, option_entries
from app.fhir.provenance import AUTHOR, VERIFIER, provenance
from app.fhir.references import observations
from app.fhir.risk_assessment import (
    RULES_NOTHING_OUT,
    Estimated,
    Part,
    quality_of,
    rationale_of,
    risk_assessment,
)
from app.fhir.supposed import WHAT_IF
from app.fhir.terms import Json
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer


def answer_bundle(answer: CounterfactualsAnswer, hosted: ModelVersion | None, base: str) -> Json:
    """An answer as a collection; `hosted` is its model's version, None where that is hosted no more.

    `base` is the service's address, without a slash at the end; addresses are relative where it is empty.
    """
    return collection(answer_entries(answer, hosted, base), answer.id, answer.created_at)


def answer_entries(answer: CounterfactualsAnswer, hosted: ModelVersion | None, base: str) -> Iterator[Entry]:
    """The resources of an answer."""
    generation = answer.generation
    makers = Makers.of(answer.model, hosted, base, generation.llm_model, generation.prompt_version)
    schema = hosted.schema.within(_scope(answer)) if hosted else None
    occasion = Occasion.of_option(answer.patient_id, answer.created_at.date(), schema)
    measured = answer.measured_outcome
    overruled = measured_text(measured, hosted, answer.created_at.date()) if measured else None
    estimated = Estimated(occasion, answer.created_at, answer.model, makers.classifier, overruled)
    before = _before(answer, estimated)
    options = [option_entries(option, estimated, before) for option in answer.offered]
    lowest = lowest_in_reach(answer, estimated, before)
    not_used = not_used_outcome(answer.id, answer.not_used)
    guidance = guidance_response(
        answer.id,
        estimated,
        answer.status,
        _missing(answer, schema),
        [*([overruled] if overruled else []), *ending_of(answer)],
        options[0].plan if len(options) == 1 else None,
        not_used,
    )
    yield from (guidance, *not_used, before, *lowest)
    for option in options:
        yield from option
    yield from _provenances(answer, makers, guidance, [before, *lowest], options)
    yield from makers.entries


def _before(answer: CounterfactualsAnswer, estimated: Estimated) -> Entry:
    """The estimate as things are."""
    notes = [RULES_NOTHING_OUT, *(f"{one.pointer}: {one.detail}" for one in answer.warnings)]
    part = Part(
        identity_of(answer.id, "risk-assessment"),
        WHAT_IF if answer.based_on is not None else None,
        rationale_of(answer.prediction),
        quality_of(answer.prediction),
        basis=_read(answer),
        notes=notes,
    )
    return risk_assessment(part, estimated, answer.prediction.risk)


def _provenances(
    answer: CounterfactualsAnswer,
    makers: Makers,
    guidance: Entry,
    estimates: list[Entry],
    options: list[OptionEntries],
) -> Iterator[Entry]:
    """The classifier makes estimates; what a language model proposes, the classifier verifies.

    How the question ended may come from a measured outcome as well, which no estimate does.
    """
    from_llm = [one for one in options if one.generator is Generator.LLM and makers.language_model]
    others = [one for one in options if one not in from_llm]
    targets = [*estimates, *(one.after for one in from_llm), *(entry for one in others for entry in one)]
    measured = answer.measured_outcome
    results = observations([measured.reference] if measured and measured.reference else [])
    made = {"classifier": targets, "ending": [guidance]} if results else {"classifier": [guidance, *targets]}
    for part, ones in made.items():
        used = [*_read(answer), *(results if part == "ending" else [])]
        yield provenance(
            answer.id, part, answer.created_at, ones, [(makers.classifier, AUTHOR)], makers.cards, used
        )
    if from_llm and makers.language_model:
        yield provenance(
            answer.id,
            "language-model",
            answer.created_at,
            [entry for one in from_llm for entry in one.proposed],
            [(makers.language_model, AUTHOR), (makers.classifier, VERIFIER)],
            [makers.prompt] if makers.prompt else [],
        )


def _read(answer: CounterfactualsAnswer) -> list[Json]:
    """The resources of an EHR whose values the classifier read: those of features that are known."""
    known = {name for name, value in answer.question.features.items() if value is not None}
    told = [source.reference for name, source in answer.provenance.items() if name in known]
    return observations([one for one in told if one])


def _missing(answer: CounterfactualsAnswer, schema: FeatureSchema | None) -> list[Feature]:
    """Features whose values were not known, those first that are worth asking for most."""
    if schema is None:
        return []
    values, asked = answer.question.features, [one.feature for one in answer.ask_next]
    missing = [one for one in schema.features if values.get(one.name) is None]
    return sorted(missing, key=lambda one: asked.index(one.name) if one.name in asked else len(asked))


def _scope(answer: CounterfactualsAnswer) -> Scope:
    wishes = answer.question.preferences
    return Scope(tuple(wishes.include), wishes.programme)

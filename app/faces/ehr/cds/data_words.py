"""What the model saw of the patient's record, with dates, and what it did not see."""

from collections import Counter
from collections.abc import Iterator

from app.domain.ask_next import first_to_ask
from app.domain.feature import Feature
from app.domain.schema import FeatureSchema
from app.domain.wording import inline, value_text
from app.faces.ehr.cds.gathering import Gathered
from app.faces.ehr.cds.state import Told
from app.faces.ehr.cds.words import is_measured, newest_day, plain
from app.ingest.fhir.reasons import NotUsedReason

_OF_NO_MATTER = {
    NotUsedReason.NEWER_EXISTS,
    NotUsedReason.TYPE_NOT_READ,
    NotUsedReason.CODE_NOT_READ,
    NotUsedReason.OVERRULED,
    NotUsedReason.GIVEN_OTHERWISE,
}
"""What is not used as a matter of course says nothing to a clinician."""


def data_paragraphs(told: Told, schema: FeatureSchema, gathered: Gathered) -> Iterator[str]:
    """Values with their dates, what is not known, what was not used, what could not be read."""
    values = told.answer.question.features
    known = [one for one in schema.features if values.get(one.name) is not None]
    unknown = [one for one in schema.features if values.get(one.name) is None]
    seen = "; ".join(_seen(told, one) for one in known)
    yield f"**What the model saw**, based on data up to {newest_day(told)}: {seen}."
    if unknown:
        names = ", ".join(plain(inline(one.label)) for one in unknown)
        yield f"**Not known to it:** {names}.{_asking(told, schema)}"
    if left := _left(told, schema):
        yield f"**Not used:** {left}."
    for key, why in gathered.unread.items():
        yield f"**Not read:** `{key}` {plain(why.says)}. A result in it would not be told here."


def _seen(told: Told, feature: Feature) -> str:
    source = told.answer.provenance.get(feature.name)
    day = f" ({plain(source.effective)})" if source and is_measured(source) and source.effective else ""
    return plain(value_text(feature, told.answer.question.features[feature.name])) + day


def _asking(told: Told, schema: FeatureSchema) -> str:
    names = first_to_ask(told.answer.ask_next, schema)
    return f" Knowing {plain(' or '.join(names))} would narrow the estimate most." if names else ""


def _left(told: Told, schema: FeatureSchema) -> str:
    """By feature, where it is known of which."""
    counted = Counter[tuple[str, str]]()
    for one in told.answer.not_used:
        if one.reason not in _OF_NO_MATTER:
            known = one.feature is not None and one.feature in schema
            of = f"{inline(schema[one.feature].label)}: " if known and one.feature else ""
            counted[of, one.detail.rstrip(".")] += one.count
    return "; ".join(
        f"{plain(f'{of}{why[:1].lower()}{why[1:]}')} ({count})" for (of, why), count in counted.items()
    )

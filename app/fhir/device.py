"""Device: each AI that had part in an answer, as AI Transparency on FHIR describes one."""

from app.classifiers.model_version import ModelVersion
from app.fhir.form import Entry, entry_of, identity_of
from app.fhir.identities import SERVICE
from app.fhir.terms import AI, AI_DEVICES, AI_ITSELF, MODEL, Json, coding, concept

_MACHINE_LEARNING = coding(AI_DEVICES, "Machine-Learning-Models", "Machine Learning Models")
_LANGUAGE_MODEL = coding(AI_DEVICES, "Large-Language-Models", "Large Language Models")


def classifier(model: str, hosted: ModelVersion | None, card: Entry | None) -> Entry:
    """The classifier of a version, name@version; `hosted` is None where that is hosted no more."""
    name, _, version = model.partition("@")
    versions: list[Json] = [{"value": version}]
    if hosted is not None:
        versions.append({"type": {"text": "SHA-256 of its files"}, "value": hosted.digest})
    return entry_of(
        "Device",
        identity_of(SERVICE, "classifier", model),
        [f"Classifier {model}"],
        extension=[_kind(_MACHINE_LEARNING), *([_card(card)] if card else [])],
        identifier=[{"system": MODEL, "value": model}],
        status="active",
        manufacturer=hosted.card.made_by if hosted and hosted.card else None,
        deviceName=[
            {"name": hosted.schema.model.title if hosted else name, "type": "user-friendly-name"},
            {"name": name, "type": "model-name"},
        ],
        type=concept(AI_ITSELF),
        version=versions,
    )


def language_model(name: str) -> Entry:
    """A language model that proposed options, by the name that its server gives it."""
    return entry_of(
        "Device",
        identity_of(SERVICE, "language-model", name),
        [f"Language model {name}"],
        extension=[_kind(_LANGUAGE_MODEL)],
        status="active",
        deviceName=[{"name": name, "type": "model-name"}],
        type=concept(AI_ITSELF),
    )


def _kind(kind: Json) -> Json:
    return {
        "url": f"{AI}StructureDefinition/aitransparency.AIKind",
        "valueCodeableConcept": concept(kind),
    }


def _card(card: Entry) -> Json:
    url = f"{AI}StructureDefinition/aitransparency.modelCardDescription"
    return {"url": url, "valueReference": card.reference}

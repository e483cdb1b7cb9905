"""DocumentReference of a model's card, and of what a language model was told."""

from app.fhir.form import Entry, entry_of, identity_of
from app.fhir.identities import SERVICE
from app.fhir.terms import AI_DOCUMENTS, coding, concept

_CARD = coding(AI_DOCUMENTS, "AIModelCard", "AI Model-Card")
_MARKDOWN = coding(AI_DOCUMENTS, "AIModelCardMarkdownFormat", "Markdown Format")
_PROMPT = coding(AI_DOCUMENTS, "AIInputPrompt", "AI Input Prompt")


def model_card(model: str, base: str) -> Entry:
    """The card of a version, name@version, at the service's address `base`; relative where that is empty."""
    title = f"Model card of {model}"
    return entry_of(
        "DocumentReference",
        identity_of(SERVICE, "model-card", model),
        [title],
        status="current",
        type=concept(_CARD),
        category=[concept(_MARKDOWN)],
        description=title,
        content=[
            {"attachment": {"contentType": "text/markdown", "url": f"{base}/models/{model}/card"}},
        ],
    )


def prompt(version: str) -> Entry:
    """The template that a language model was told by; what it was filled with is kept to ourselves."""
    title = f"Prompt template, version {version}"
    return entry_of(
        "DocumentReference",
        identity_of(SERVICE, "prompt", version),
        [title],
        status="current",
        type=concept(_PROMPT),
        description=title,
        content=[{"attachment": {"title": title}}],
    )

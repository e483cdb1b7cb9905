"""All source attributes of a model: in JSON by key, and as a section of its card in Markdown."""

from collections.abc import Mapping

from app.classifiers.model_version import ModelVersion
from app.classifiers.source_attributes.figures import figures_of
from app.classifiers.source_attributes.words import words_of
from app.domain.source_attributes import TITLES, SourceAttribute


def source_attributes(model: ModelVersion) -> dict[str, str]:
    """Each of the 31 by its key, none empty; what a model's owner states goes before what is worked out."""
    known = dict(words_of(model)) | dict(figures_of(model.card)) | dict(model.schema.card.source_attributes)
    return {str(one): known[one] for one in SourceAttribute}


def source_attributes_markdown(told: Mapping[str, str]) -> str:
    """The same as a section of a card."""
    parts = ["## Source attributes", "As 45 CFR 170.315(b)(11)(iv)(B) lists them."]
    for heading, titles in TITLES.items():
        parts.append(f"### {heading}")
        parts.append("\n".join(f"- **{title}.** {told[one]}" for one, title in titles.items()))
    return "\n\n".join(parts) + "\n"

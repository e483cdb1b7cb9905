"""The AIs that had part in an answer, with what is known of them: devices, model card, prompt."""

from dataclasses import dataclass

from app.classifiers.model_version import ModelVersion
from app.fhir.device import classifier, language_model
from app.fhir.form import Entry
from app.fhir.model_card import model_card, prompt
from app.usecases.counterfactuals.schemas import ModelOut


@dataclass(frozen=True, slots=True)
class Makers:
    """The classifier always; a language model where one was asked."""

    classifier: Entry
    card: Entry | None
    language_model: Entry | None = None
    prompt: Entry | None = None

    @classmethod
    def of(
        cls,
        model: ModelOut,
        hosted: ModelVersion | None,
        base: str,
        llm_model: str | None = None,
        prompt_version: str | None = None,
    ) -> "Makers":
        """Of an answer; `base` is the service's address."""
        reference = f"{model.name}@{model.version}"
        card = model_card(reference, base) if hosted else None
        return cls(
            classifier(reference, hosted, card),
            card,
            language_model(llm_model) if llm_model else None,
            prompt(prompt_version) if llm_model and prompt_version else None,
        )

    @property
    def entries(self) -> list[Entry]:
        """All of them that are known."""
        return [one for one in (self.classifier, self.card, self.language_model, self.prompt) if one]

    @property
    def cards(self) -> list[Entry]:
        return [self.card] if self.card else []

"""The models a process hosts, each with what its candidates are measured against."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.classifiers.model_version import ModelVersion
from app.domain.errors import InvalidInputError
from app.engine.oddness import Oddness, oddness_of
from app.engine.references import ReferenceData, reference_data_of

NOT_HOSTED = "is not a model hosted here: GET /models lists them"


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model ready to answer questions."""

    model: ModelVersion
    references: ReferenceData
    oddness: Oddness


def served_model(model: ModelVersion) -> ServedModel:
    """Made once a model, when it is loaded: takes some tenths of a second."""
    return ServedModel(model, reference_data_of(model), oddness_of(model.schema, model.population.rows))


class ModelRegistry:
    """All hosted models by name, one of them the default."""

    def __init__(self, models: Mapping[str, ModelVersion], default: str) -> None:
        if default not in models:
            raise ValueError(f"the default model {default} is not among the hosted ones: {', '.join(models)}")
        self._served = {name: served_model(model) for name, model in models.items()}
        self.default = default

    def __iter__(self) -> Iterator[ServedModel]:
        return iter(self._served.values())

    def find(self, name: str) -> ServedModel | None:
        return self._served.get(name)

    def named(self, name: str | None) -> ServedModel:
        """The model a request names, or the default.

        Raises:
            InvalidInputError: no such model.
        """
        served = self._served.get(name or self.default)
        if served is None:
            raise InvalidInputError.at("/model", NOT_HOSTED)
        return served

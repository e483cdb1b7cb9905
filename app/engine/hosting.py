"""The models a process hosts, each with what its candidates are judged by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.classifiers.hosted import HostedModel
from app.domain.errors import InvalidInputError
from app.engine.oddness import Oddness, oddness_of
from app.engine.yardsticks import Yardsticks, yardsticks_of

NOT_HOSTED = "is not a model hosted here: GET /models lists them"


@dataclass(frozen=True, slots=True)
class Hosted:
    """A model ready to answer questions."""

    model: HostedModel
    yardsticks: Yardsticks
    oddness: Oddness


def hosted_of(model: HostedModel) -> Hosted:
    """Made once a model, when it is loaded: takes some tenths of a second."""
    return Hosted(model, yardsticks_of(model), oddness_of(model.schema, model.population.rows))


class Hosting:
    """All hosted models by name, one of them the default."""

    def __init__(self, models: Mapping[str, HostedModel], default: str) -> None:
        if default not in models:
            raise ValueError(f"the default model {default} is not among the hosted ones: {', '.join(models)}")
        self._hosted = {name: hosted_of(model) for name, model in models.items()}
        self.default = default

    def __iter__(self) -> Iterator[Hosted]:
        return iter(self._hosted.values())

    def find(self, name: str) -> Hosted | None:
        return self._hosted.get(name)

    def named(self, name: str | None) -> Hosted:
        """The model a request names, or the default.

        Raises:
            InvalidInputError: no such model.
        """
        hosted = self._hosted.get(name or self.default)
        if hosted is None:
            raise InvalidInputError.at("/model", NOT_HOSTED)
        return hosted

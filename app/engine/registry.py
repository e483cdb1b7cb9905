"""The models a process hosts, each with what its candidates are measured against."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.classifiers.model_version import ModelVersion
from app.domain.certainty import RiskEstimate
from app.domain.consultation import Consultation, general_consultation
from app.domain.ehr import EhrCodes, EhrMapping
from app.domain.errors import InvalidInputError
from app.domain.schema import FloatArray
from app.engine.ask_next import Asking, asking_of
from app.engine.certainty import HeldOutOutcomes, estimate_of, estimates_of, held_out_outcomes
from app.engine.oddness import Oddness, oddness_of
from app.engine.references import ReferenceData, reference_data_of

NOT_HOSTED = "is not a model hosted here: GET /models lists them"


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model ready to answer questions."""

    model: ModelVersion
    references: ReferenceData
    oddness: Oddness
    outcomes: HeldOutOutcomes | None
    asking: Asking
    ehr: EhrMapping
    """What an EHR knows of its features; nothing where its folder says nothing."""

    @property
    def has_proofs(self) -> bool:
        """Whether the search sees trees or slopes: of a classifier that is only asked it proves nothing."""
        return self.references.forest is not None

    @property
    def consultation(self) -> Consultation:
        """As `consultation_of`."""
        return consultation_of(self.model)

    def estimate(self, row: FloatArray, risk: float) -> RiskEstimate:
        """How sure the risk is that the classifier gives an encoded person; asks the committee."""
        model = self.model
        return estimate_of(row, risk, model.committee, model.schema.model.threshold, self.outcomes)

    def estimates(self, rows: FloatArray, risks: FloatArray) -> list[RiskEstimate]:
        """The same of several people, from one batch: rows of shape (n, columns), risks of shape (n,)."""
        model = self.model
        return estimates_of(rows, risks, model.committee, model.schema.model.threshold, self.outcomes)


def served_model(model: ModelVersion) -> ServedModel:
    """Made once a model, when it is loaded: takes some tenths of a second.

    Raises:
        ClassifierError: the classifier is away, or gives a held-out person no risk.
    """
    measured = consultation_of(model).measured
    return ServedModel(
        model,
        reference_data_of(model),
        oddness_of(model.schema, model.population.rows),
        held_out_outcomes(model),
        asking_of(model.schema, model.committee, model.population),
        EhrMapping(model.schema, model.ehr or EhrCodes.nothing(), measured),
    )


def consultation_of(model: ModelVersion) -> Consultation:
    """What is said beside a version's estimates; in general words where its folder says nothing."""
    facts = model.schema.model
    return model.consultation or general_consultation(facts.outcome, facts.outcome_when)


class ModelRegistry:
    """All hosted versions, one of them the default.

    One version of each model answers to the model's name: the newest, or the one that a setting names. Any
    version answers to name@version.
    """

    def __init__(self, models: Mapping[str, ModelVersion], default: str) -> None:
        if default not in models:
            raise ValueError(f"the default model {default} is not among the hosted ones: {', '.join(models)}")
        self._served = {name: served_model(model) for name, model in models.items()}
        self._by_reference = {served.model.reference: served for served in self}
        self._by_digest = {served.model.digest: served for served in self}
        self.default = default

    def __iter__(self) -> Iterator[ServedModel]:
        return iter(self._served.values())

    def name_of(self, served: ServedModel) -> str:
        """What requests call a hosted version: the model's name alone where it answers to that."""
        name = served.model.name
        return name if self._served.get(name) is served else served.model.reference

    def defaults(self) -> list[ServedModel]:
        """The version of each model that answers to its name."""
        return [served for served in self if self.name_of(served) == served.model.name]

    def find(self, name: str) -> ServedModel | None:
        """A version by either of its names."""
        return self._served.get(name) or self._by_reference.get(name)

    def recorded(self, name: str, version: str) -> ServedModel | None:
        """The version that is on record, or the model's default where that one is hosted no more."""
        return self.find(f"{name}@{version}") or self.find(name)

    def with_digest(self, digest: str) -> ServedModel | None:
        """The very version of this digest, which is on record beside all that it answered."""
        return self._by_digest.get(digest)

    def named(self, name: str | None) -> ServedModel:
        """The model a request names, or the default.

        Raises:
            InvalidInputError: no such model.
        """
        served = self.find(self.default if name is None else name)
        if served is None:
            raise InvalidInputError.at("/model", NOT_HOSTED)
        return served

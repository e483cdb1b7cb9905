"""A hosted model: its schema, its classifier, and the people and refits beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.classifiers.base import Classifier, Committee
from app.classifiers.card import Card
from app.domain.consultation import Consultation
from app.domain.ehr import EhrCodes
from app.domain.handout import HandoutPhrases
from app.domain.schema import BoolArray, FeatureSchema, FloatArray


@dataclass(frozen=True, slots=True)
class Population:
    """Real people: encoded rows of shape (people, columns) and who had the outcome."""

    rows: FloatArray
    outcome: BoolArray


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One version of one model, ready to answer."""

    schema: FeatureSchema
    version: str
    digest: str
    """SHA-256 over the manifest and the address of a classifier elsewhere: changes with either, and with any
    shipped file."""
    folder: Path
    classifier: Classifier
    committee: Committee
    population: Population
    card: Card | None = None
    held_out: Population | None = None
    """Real people who were held out of its training; None of a model that is no folder's."""
    consultation: Consultation | None = None
    """What its folder says beside the estimates of all its versions; None where it says nothing."""
    handouts: Mapping[str, HandoutPhrases] = field(default_factory=dict)
    """What a patient reads, by language."""
    ehr: EhrCodes | None = None
    """What is read from an EHR; None where nothing is."""
    is_given: bool = False
    """Whether the classifier was given by its owner: no direction of the schema was imposed on it, and it may
    have learned from the people who are held out."""

    @property
    def name(self) -> str:
        return self.schema.model.name

    @property
    def reference(self) -> str:
        """What names this version alone, such as "dysglycaemia@1"."""
        return self.schema.model.reference

"""The feature schema of a model: read from `task.toml`, it drives everything else.

Request validation, the language model's prompt and response schema, the search space, the sentences
and the OpenAPI examples are all computed from it, so that a new model is a new folder and no code.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator, model_validator

from app.domain.effects import Effect, in_order
from app.domain.feature import Feature, Frozen, Kind, MissingPolicy, Number, Text, Theme
from app.domain.links import LinearLink, Link, ProportionalLink, Relation
from app.domain.risk_scale import least_reduction_at, point_at
from app.domain.scope import USUAL, Inclusion, Programme, Scope
from app.domain.short_names import with_short_names
from app.domain.source_attributes import SourceAttribute
from app.domain.training import Training
from app.domain.unfilled import UNNAMED_DATA, UNNAMED_LICENCE, UNNAMED_PUBLISHER, filled

Value = bool | int | float | str | None
OWN_TABLE = "own_table"
"""The loader of a model that `turnpoint add-model` makes: its table is its owner's, and at no address."""
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class ModelInfo(Frozen):
    """What the model is asked, and the defaults of an answer."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    """What requests and the folder call the model: lower-case letters, digits and `-`."""
    version: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,5}$")] = "1"
    """The version that training writes, a whole number as text; of a hosted one, the version that it is."""
    title: Text
    """What people call the model."""
    outcome: Text
    """What is predicted, in words that end "risk of …"."""
    outcome_when: Literal["now", "later"] = "now"
    """`now`: the outcome is there already or not, so that a test may find it and overrule the estimate.
    `later`: it comes, if at all, within a time, and nothing found today tells."""
    description: str
    """What the model is and is not for, in some sentences."""
    threshold: Annotated[Number, Field(gt=0, lt=1)]
    """Decision threshold, and the target unless a request names another. 0.005 is as ordinary as 0.95."""
    min_robustness: Annotated[Number, Field(ge=0, le=1)]
    """Share of refits, noise draws and adherence draws that an option must survive, unless a request says
    otherwise."""
    max_changes: Annotated[int, Field(strict=True, ge=1)]
    """How many behaviours (actionable features) an option may change at most, unless a request says
    otherwise; not more than there are."""
    horizon: Text
    """The time for which limits of change are meant, in words."""
    effort_per_change: Annotated[Number, Field(ge=0)]
    """Effort of changing a feature at all, on top of its steps."""

    @property
    def reference(self) -> str:
        """What names this version alone, whichever others of the model there are."""
        return f"{self.name}@{self.version}"

    @property
    def least_reduction(self) -> float:
        """The smallest fall of the risk (0-1) that is offered as help."""
        return least_reduction_at(self.threshold)

    @property
    def point(self) -> float:
        """How finely targets are told (0-1): a whole point, or less where the threshold is near 0 or 1."""
        return point_at(self.threshold)

    def label(self, risk: float) -> str:
        """The class the classifier gives a risk: `high` above the decision threshold."""
        return "high" if risk > self.threshold else "low"


class DataProvenance(Frozen):
    """Where the model's people come from."""

    name: Text
    """What the data set is called."""
    publisher: Text
    """Who gives it out."""
    licence: Text
    """The licence of the data."""
    loader: str
    """The package of `research/training/` that reads it, or `own_table` for a table of one's own."""

    @property
    def name_told(self) -> str:
        """The name for readers, who are not shown the words of a draft."""
        return filled(self.name, UNNAMED_DATA)

    @property
    def publisher_told(self) -> str:
        """The same of who gives it out."""
        return filled(self.publisher, UNNAMED_PUBLISHER)

    @property
    def licence_told(self) -> str:
        """The same of its licence."""
        return filled(self.licence, UNNAMED_LICENCE)


class CardFacts(Frozen):
    """What a model's card tells of where the model comes from: nothing that its owner does not say."""

    made_by: Text | None = None
    """Who made the model."""
    contact: Text | None = None
    """Where to ask about it."""
    licence: Text | None = None
    """Licence of the model; that of the data is `licence` in `[data]`."""
    reproduce: tuple[Text, ...] = ()
    """How to make the same model again, each a sentence or two of Markdown."""
    cautions: tuple[Text, ...] = ()
    """What its owner has to warn of, each a sentence or two: first of the limits that card and page tell."""
    source_attributes: Mapping[SourceAttribute, Text] = Field(default_factory=dict)
    """By [key](../app/domain/source_attributes.py), what the owner says of a source attribute, such as
    `funding_source`, in place of what is worked out."""


class Gate(Frozen):
    """What a newly trained version must reach to be written: nothing that its owner does not ask."""

    min_roc_auc: Annotated[Number, Field(ge=0.5, le=1)] | None = None
    """Lowest ROC-AUC on held-out people with which `turnpoint train` writes a version."""


class FeatureSchema(Frozen):
    """All features of a model in order, with the links and relations between them."""

    model: ModelInfo
    """What the model is asked, and the defaults of an answer."""
    data: DataProvenance
    """Where its people come from."""
    card: CardFacts = CardFacts()
    """What its card tells of its maker, and nothing else."""
    gate: Gate = Gate()
    """What a newly trained version must reach to be written."""
    training: Training = Training()
    """How a new version learns from records that carry less."""
    features: Annotated[tuple[Feature, ...], Field(alias="feature", min_length=1)]
    """`[[feature]]`: the features in the order of the classifier's columns."""
    links: Annotated[tuple[Link, ...], Field(alias="link")] = ()
    """`[[link]]`: what moves along with what, for certain."""
    relations: Annotated[tuple[Relation, ...], Field(alias="relation")] = ()
    """`[[relation]]`: inequalities that stay true."""
    effects: Annotated[tuple[Effect, ...], Field(alias="effect")] = ()
    """`[[effect]]`: what else changes, on average, when a person acts."""

    @field_validator("features")
    @classmethod
    def _have_short_names(cls, features: tuple[Feature, ...]) -> tuple[Feature, ...]:
        return with_short_names(features)

    @model_validator(mode="after")
    def _names_agree(self) -> "FeatureSchema":
        if faults := list(self._name_faults()):
            raise ValueError("\n".join(faults))
        list(self.consequence_order)
        return self

    def _name_faults(self) -> Iterator[str]:
        """Without which nothing else of the schema can be looked at."""
        for name in _repeated(feature.name for feature in self.features):
            yield f"two features have the name {name}"
        if len(self.by_name) == len(self.features):
            for called in _repeated(feature.called for feature in self.features):
                yield f"two features are called {called} in prompts"
        for relation in self.relations:
            for name in relation.terms:
                if name not in self:
                    yield f"the relation '{relation.name}' names {name}, which is no feature"
        for link in self.links:
            for name in dict.fromkeys((link.feature, link.driver)):
                if name not in self:
                    yield f"the link of {link.feature} to {link.driver} names {name}, which is no feature"
        for link in self.links:
            if link.feature in self and link.driver in self:
                yield from self._link_faults(link)
        for effect in self.effects:
            for name in dict.fromkeys((effect.driver, effect.feature)):
                if name not in self:
                    yield (
                        f"the effect of {effect.driver} on {effect.feature} names {name}, which is no feature"
                    )

    def _link_faults(self, link: Link) -> Iterator[str]:
        if self[link.feature].action is not None or self[link.driver].action is None:
            yield f"{link.feature}: a linked feature follows an actionable one, and is not one"
        by = link.by if isinstance(link, LinearLink) else None
        if isinstance(by, str) and by in self and self[by].missing is not MissingPolicy.REFUSED:
            yield f"{link.feature}: its slope goes by {by}, which is not always known"

    def __repr__(self) -> str:
        """Its name: all of it is some pages long."""
        return f"FeatureSchema({self.model.name!r}, {len(self.features)} features)"

    @cached_property
    def by_name(self) -> dict[str, Feature]:
        return {feature.name: feature for feature in self.features}

    def __getitem__(self, name: str) -> Feature:
        return self.by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self.by_name

    @cached_property
    def actionable(self) -> tuple[Feature, ...]:
        return tuple(feature for feature in self.features if feature.action is not None)

    @cached_property
    def links_by_driver(self) -> dict[str, tuple[Link, ...]]:
        drivers = {link.driver for link in self.links}
        return {d: tuple(link for link in self.links if link.driver == d) for d in drivers}

    @cached_property
    def link_of(self) -> dict[str, Link]:
        return {link.feature: link for link in self.links}

    def moved_by(self, effect: Effect) -> str:
        """The feature that an effect moves first: of one that keeps its ratio to another, that other."""
        link = self.link_of.get(effect.feature)
        return link.driver if isinstance(link, ProportionalLink) else effect.feature

    @cached_property
    def consequence_order(self) -> tuple[str, ...]:
        """Every feature that effects move or links make follow, each after all that drive it."""
        arrows = [(link.driver, link.feature) for link in self.links]
        arrows += [(effect.driver, self.moved_by(effect)) for effect in self.effects]
        return tuple(in_order((to for _, to in arrows), arrows))

    def root_of(self, name: str) -> str:
        """The feature whose action a feature moves with: what it follows by a link, or itself."""
        link = self.link_of.get(name)
        return link.driver if link else name

    @cached_property
    def effects_on(self) -> dict[str, tuple[Effect, ...]]:
        """The effects on each feature that effects move first."""
        moved = {name: tuple(e for e in self.effects if self.moved_by(e) == name) for name in self.by_name}
        return {name: effects for name, effects in moved.items() if effects}

    def theme_of(self, name: str) -> str:
        """What an action on a feature is about; a feature without a theme is one of its own."""
        feature = self[name]
        return feature.theme or feature.name

    def with_theme(self, theme: str) -> tuple[str, ...]:
        """The actionable features of a theme."""
        return tuple(feature.name for feature in self.actionable if feature.theme == theme)

    def within(self, scope: Scope) -> "FeatureSchema":
        """The schema with the actions of a scope: more than the usual ones where a caller opens more."""
        if scope == USUAL:
            return self
        if scope not in self._wider:
            features = tuple(_in_scope(feature, scope) for feature in self.features)
            # Not a copy: that would take along what has been worked out from other features.
            wider = FeatureSchema.model_construct(**dict(self) | {"features": features})
            self._wider.setdefault(scope, wider)  # or two threads would have one each
        return self._wider[scope]

    @property
    def scopes(self) -> "Mapping[Scope, FeatureSchema]":
        """Those of other scopes than the usual one that were asked for so far."""
        return self._wider

    @cached_property
    def _wider(self) -> dict[Scope, "FeatureSchema"]:
        return {}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The classifier's columns in order; a category takes one for each of its values."""
        return tuple(column for feature in self.features for column in feature.columns)

    @cached_property
    def column_of(self) -> dict[str, int]:
        """Position of each feature that takes a single column."""
        position = {column: index for index, column in enumerate(self.columns)}
        return {f.name: position[f.name] for f in self.features if f.kind is not Kind.CATEGORY}

    def columns_of(self, name: str) -> tuple[int, ...]:
        """Positions of all columns of a feature."""
        return self._places[name]

    @cached_property
    def _places(self) -> dict[str, tuple[int, ...]]:
        position = {column: index for index, column in enumerate(self.columns)}
        return {f.name: tuple(position[column] for column in f.columns) for f in self.features}

    def encode(self, values: Mapping[str, object]) -> FloatArray:
        """One person as the classifier sees them: shape (columns,), NaN where unknown."""
        row: list[float] = []
        for feature in self.features:
            value = values.get(feature.name)
            if value is None:
                row += [np.nan] * len(feature.columns)
            elif feature.kind is Kind.CATEGORY:
                row += [float(value == category.value) for category in feature.categories]
            else:
                row.append(float(value))  # type: ignore[arg-type]
        return np.array(row, dtype=np.float64)

    def decode(self, row: FloatArray, factual: FloatArray, values: Mapping[str, Value]) -> dict[str, Value]:
        """The values of an encoded row, each in its feature's own kind.

        What is in the row as it is in `factual`, which encodes `values`, stays as it is in these, however
        finely it was told there.
        """
        after = {feature.name: values.get(feature.name) for feature in self.features}
        numbers = row.tolist()
        for column in np.flatnonzero((row != factual) & ~np.isnan(row)).tolist():
            feature = self._feature_at[column]
            own = [numbers[place] for place in self.columns_of(feature.name)]
            after[feature.name] = feature.in_kind(_code(own) if feature.kind is Kind.CATEGORY else own[0])
        return after

    @cached_property
    def _feature_at(self) -> tuple[Feature, ...]:
        """The feature that each column belongs to."""
        return tuple(feature for feature in self.features for _ in feature.columns)


def _code(indicators: list[float]) -> float:
    """The category whose column is 1."""
    return float(indicators.index(max(indicators)))


def _repeated(names: Iterable[str]) -> list[str]:
    """Those that come more than once, each once."""
    return [name for name, count in Counter(names).items() if count > 1]


def _in_scope(feature: Feature, scope: Scope) -> Feature:
    action = feature.action
    if Inclusion.TREATMENT in scope.include and feature.treatment is not None:
        return feature.model_copy(update={"action": feature.treatment, "theme": Theme.TREATMENT})
    if scope.programme is Programme.INTENSIVE and action is not None:
        return feature.model_copy(update={"action": action.in_intensive_programme()})
    return feature

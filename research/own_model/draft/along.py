"""Features of a table that say the same of people, of which one should follow the other by a link."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from app.classifiers.link_advice import (
    can_follow,
    cut_words,
    feature_of,
    flags_of,
    numbers_of,
    rule_lines,
    slope_lines,
)
from app.classifiers.pairs import Cut, Line, cuts_among, lines_among
from app.domain.feature import Feature, Kind
from app.domain.schema import FeatureSchema, FloatArray
from research.own_model.draft.meanings import is_sensitive, never_changes
from research.own_model.table.raw import number_text


@dataclass(frozen=True, slots=True)
class Along:
    """What goes along with what, and is not said to in the schema."""

    cuts: Sequence[Cut]
    lines: Sequence[Line]

    @property
    def followers(self) -> Collection[str]:
        """The features that should follow, so that no action of their own is asked for."""
        return {feature_of(cut) for cut in self.cuts} | {line.feature for line in self.lines}

    def said(self, schema: FeatureSchema) -> Iterator[str]:
        """Each in words, with the lines of task.toml that let it follow."""
        told = set[str]()
        for cut in self.cuts:
            if feature_of(cut) not in told:
                told.add(feature_of(cut))
                yield _cut_said(schema, cut)
        for line in self.lines:
            own, driver = schema[line.feature].label, schema[line.driver].label
            yield (
                f'"{own}" goes along with "{driver}" (correlation {line.correlation:.3f}). An action on '
                f'"{driver}" alone leaves it where it is, and options look like nobody. Give it none of its '
                "own; let it follow that action, with these lines at the end of task.toml. The slope is that "
                f"between people:\n{slope_lines(line)}"
            )


def along_of(schema: FeatureSchema, columns: "Mapping[str, pd.Series]") -> Along:
    """What goes along with a number that a person could change, by the columns of the schema's features."""
    encoded = dict(_encoded(schema, columns))
    numbers, flags = numbers_of(schema, encoded), flags_of(schema, encoded)
    place = {name: at for at, name in enumerate(numbers)}

    def may_follow(feature: str, driver: str) -> bool:
        """A number that is acted on drives those that are not; else the one that is named first."""
        if not (_may_follow(schema, schema[feature]) and _may_change(schema[driver])):
            return False
        acted_on = schema[driver].action is not None
        return acted_on or (not schema.actionable and place[driver] < place[feature])

    drivers = {name: values for name, values in numbers.items() if _may_change(schema[name])}
    flags = {name: values for name, values in flags.items() if _may_follow(schema, _of(schema, name))}
    return Along(list(cuts_among(flags, drivers)), list(lines_among(numbers, may_follow)))


def _encoded(schema: FeatureSchema, columns: "Mapping[str, pd.Series]") -> Iterator[tuple[str, FloatArray]]:
    """By the classifier's column; what a column of codes or words says of each category."""
    for name, values in columns.items():
        feature = schema[name]
        if feature.kind is not Kind.CATEGORY:
            if values.dtype == np.float64 or values.dtype == "boolean":
                yield name, values.to_numpy(dtype=np.float64, na_value=np.nan)
            continue
        unknown = values.isna().to_numpy()
        words = np.array([number_text(v) if isinstance(v, float) else str(v) for v in values])
        for column, category in zip(feature.columns, feature.categories, strict=True):
            yield column, np.where(unknown, np.nan, np.isin(words, (category.value, category.label)))


def _of(schema: FeatureSchema, column: str) -> Feature:
    return schema[column.partition("=")[0]]


def _may_change(feature: Feature) -> bool:
    return not (never_changes(feature.name) or is_sensitive(feature.name))


def _may_follow(schema: FeatureSchema, feature: Feature) -> bool:
    said = feature.name in schema.link_of or feature.name in schema.effects_on
    return _may_change(feature) and feature.action is None and feature.treatment is None and not said


def _cut_said(schema: FeatureSchema, cut: Cut) -> str:
    feature, driver = schema[feature_of(cut)].label, schema[cut.driver].label
    when = cut_words(cut, f'"{driver}"')
    said = f'"{feature}" is {when}. With an action on "{driver}" alone an option would contradict itself'
    if can_follow(schema, cut):
        return (
            f"{said}. Give it none of its own; let it follow that action, with these lines at "
            f"the end of task.toml:\n{rule_lines(schema, cut)}"
        )
    return (
        f"{said}, and no link can let it follow. Leave it out, or make a yes or no of it that follows by a "
        "rule."
    )

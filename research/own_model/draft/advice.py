"""What the owner of a table should look at and decide before a model of it is used."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from app.classifiers.advice import words_advice
from app.classifiers.pairs import Line
from app.domain.feature import Feature, Kind
from app.domain.schema import FeatureSchema
from research.own_model.draft import suspicions
from research.own_model.draft.along import along_of
from research.own_model.draft.leaks import Leak, leaks_of
from research.own_model.draft.meanings import is_sensitive, is_treated, never_changes, theme_of
from research.own_model.draft.threshold import threshold_of
from research.own_model.draft.unusable import why_no_feature
from research.own_model.table.names import names_of
from research.own_model.table.own_table import OwnTable
from research.own_model.table.people import columns_of
from research.own_model.table.raw import number_text

FEWEST_EVENTS = 10
"""People with the rarer outcome for each column of the classifier, below which fits follow chance: the rule
of thumb of Peduzzi et al. (J Clin Epidemiol 1996;49:1373)."""
_MOST_NAMED = 8


def advice(table: OwnTable, schema: FeatureSchema, leaks: Sequence[Leak] | None = None) -> list[str]:
    """What to look at, warnings first, and then what to decide; each a numbered paragraph in plain words.

    `leaks` are those that `leaks_in` finds, where somebody has looked for them already.

    Raises:
        TrainingError: a feature of the schema has no column.
    """
    columns = {name: table.frame[column] for name, column in columns_of(schema, table).items()}
    told = along_of(schema, columns)
    said = [
        *_leaks(schema, leaks_in(table, schema) if leaks is None else leaks),
        *_doubles(schema, columns, told.lines),
        *told.said(schema),
        *_odd_columns(schema, columns),
        *_missing(schema, columns, table),
        *_few_events(schema, table),
        *_sensitive(schema),
        *_left_to_owner(schema, table),
        *(f"In task.toml, {words}." for words in words_advice(schema)),
        *_threshold(schema, table),
        *_units(schema),
        *_can_change(schema, told.followers),
        *_directions(schema),
    ]
    return [f"{number}. {words}" for number, words in enumerate(said, start=1)]


def leaks_in(table: OwnTable, schema: FeatureSchema) -> list[Leak]:
    """Features that may give the outcome away, the worst first.

    Raises:
        TrainingError: a feature of the schema has no column.
    """
    columns = {name: table.frame[column] for name, column in columns_of(schema, table).items()}
    return leaks_of(columns, table.outcome)


def _leaks(schema: FeatureSchema, leaks: Sequence[Leak]) -> Iterator[str]:
    for leak in leaks:
        what = "Where it is missing" if leak.by_missing else "It"
        yield (
            f"{_called(schema[leak.column])} may give the outcome away. {what} alone tells who has the "
            f"outcome with a ROC-AUC of {leak.auc:.2f}. If it is written down after the outcome or because "
            "of it, take it out."
        )


def _doubles(
    schema: FeatureSchema, columns: "Mapping[str, pd.Series]", lines: Sequence[Line]
) -> Iterator[str]:
    """Pairs that say nearly the same; where a link is proposed for one already, it is not said again."""
    said_of = {frozenset((line.feature, line.driver)) for line in lines}
    pairs = [
        (first, second, correlation)
        for first, second, correlation in suspicions.doubles(columns)
        if schema.root_of(first) != schema.root_of(second)
    ]
    told = [
        f"{_called(schema[first])} and {_called(schema[second])} say nearly the same (rank correlation "
        f"{correlation:.3f})"
        for first, second, correlation in pairs
    ]
    is_open = any(frozenset((first, second)) not in said_of for first, second, _ in pairs)
    link = ", or if one follows the other, say so with a [[link]]" if is_open else ""
    if told:
        yield f"{'; '.join(told)}. Keep one of {'a' if len(told) > 1 else 'the'} pair{link}."


def _odd_columns(schema: FeatureSchema, columns: "Mapping[str, pd.Series]") -> Iterator[str]:
    for name, values in columns.items():
        feature = schema[name]
        if feature.kind is Kind.CATEGORY:
            labels = {one.value: one.label for one in feature.categories}
            if rare := [labels.get(word, word) for word in suspicions.rare_categories(values)]:
                yield (
                    f"{_called(feature)} has {_several(len(rare), 'category', 'categories')} of fewer than 5 "
                    f"people ({_named(rare)}). Little can be learned of them: group them with others."
                )
        elif values.dtype == np.float64:
            if suspicions.is_like_an_id(values):
                yield (
                    f"{_called(feature)} is a whole number that differs in every row, as an id does. If it "
                    "says nothing of a person's health, take it out."
                )
            if found := suspicions.code_for_missing(values.dropna().to_numpy()):
                yield (
                    f"{_called(feature)} is {number_text(found[0])} in {found[1]:,} rows, far off all "
                    "others. If that stands for a value that is not known, empty those cells."
                )


def _missing(schema: FeatureSchema, columns: "Mapping[str, pd.Series]", table: OwnTable) -> Iterator[str]:
    for name, values in columns.items():
        feature = schema[name]
        if shares := suspicions.missing_by_outcome(values, table.outcome):
            yield (
                f"{_called(feature)} is missing in {_percent(shares[0])} of those with the outcome and "
                f"{_percent(shares[1])} of those without. The model will learn from whether it was measured: "
                "is that so where it is used?"
            )
        elif (share := float(values.isna().mean())) > 0.5:
            yield f"{_called(feature)} is missing in {_percent(share)} of rows. Is it known in practice?"


def _few_events(schema: FeatureSchema, table: OwnTable) -> Iterator[str]:
    cases = int(table.outcome.sum())
    fewer, who = min((cases, "have"), (len(table.outcome) - cases, "do not have"))
    width = len(schema.columns)
    if fewer < FEWEST_EVENTS * width:
        yield (
            f"{fewer:,} people {who} the outcome, for {width} columns of the classifier: fewer than "
            f"{FEWEST_EVENTS} each. Fits may follow chance. Take out features of which you expect little, or "
            "find more people."
        )


def _sensitive(schema: FeatureSchema) -> Iterator[str]:
    if found := [_called(feature) for feature in schema.features if is_sensitive(feature.name)]:
        yield (
            f"{_listed(found)} may stand for a group that is treated unequally. Decide whether the model is "
            "to use it, and look at the figures of each group on the card."
        )


def _left_to_owner(schema: FeatureSchema, table: OwnTable) -> Iterator[str]:
    """Columns that are no feature: those that cannot be one as they are with what to do, and the others."""
    known, names = {*columns_of(schema, table).values()}, names_of(list(table.frame.columns))
    without_reason = []
    for column in table.frame.columns:
        if column in known:
            continue
        unit = names[column].unit or table.units.get(column)
        if reason := why_no_feature(table.frame[column], unit):
            yield f'The table\'s "{column}" is no feature of the model: {reason}.'
        else:
            without_reason.append(column)
    if without_reason:
        yield f"The table's {_named(without_reason)} is no feature of the model."


def _threshold(schema: FeatureSchema, table: OwnTable) -> Iterator[str]:
    share, threshold = float(table.outcome.mean()), schema.model.threshold
    if threshold != threshold_of(table.outcome):  # the owner has set another than the draft's
        return
    yield (
        f"Set the threshold. {_percent(share)} of the people have the outcome; risks above {threshold:.3g} "
        "are now called high. Take the risk at which you would act."
    )


def _units(schema: FeatureSchema) -> Iterator[str]:
    if lacking := [
        _called(feature) for feature in schema.features if feature.is_numeric and not feature.unit
    ]:
        yield f"State the unit of {_listed(lacking)}, and set what is clinically possible (`clinical`)."


def _can_change(schema: FeatureSchema, followers: Collection[str]) -> Iterator[str]:
    moved = {*schema.link_of, *followers}
    fixed = [f for f in schema.features if not (f.action or f.treatment or f.name in moved)]
    if not schema.actionable:
        yield (
            "Say which features a person can change: all are fixed, and so nothing is suggested. The drafted "
            "task.toml shows how, in a comment."
        )
    open_ones = [f for f in fixed if f.kind is not Kind.CATEGORY and not never_changes(f.name)]
    for feature in [] if schema.actionable else fixed:
        if feature.kind is Kind.CATEGORY and (theme := theme_of(feature.name)):
            yield (
                f"{_called(feature)}: can a person go from one value to another? Then give it a "
                f'[feature.action] whose "moves" say from which to which, the role "behaviour" and the theme '
                f'"{theme}".'
            )
    for feature in [] if schema.actionable else open_ones:
        if theme := theme_of(feature.name):
            yield (
                f"{_called(feature)}: does a person act on it? Then give it a [feature.action], the role "
                f'"behaviour" and the theme "{theme}", with step, limit and the most that is sensible.'
            )
    if treated := [_called(f) for f in open_ones if is_treated(f.name) and not theme_of(f.name)]:
        yield (
            f"{_listed(treated)}: nobody changes it directly. It follows what a person does or is treated: "
            'leave it fixed, or see "role" and [[effect]] in docs/feature-schema.md.'
        )


def _directions(schema: FeatureSchema) -> Iterator[str]:
    free = [f for f in schema.features if f.risk == "free" and f.kind is not Kind.CATEGORY]
    if free and not any(feature.risk != "free" for feature in schema.features):
        yield (
            'Say where the risk can only rise or only fall with a feature (risk = "rising" or "falling"): '
            "otherwise an option may follow a bend that chance has put into the model."
        )


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.995 else "100 %"


def _called(feature: Feature) -> str:
    return f'"{feature.label}"'


def _listed(names: Sequence[str]) -> str:
    shown, more = list(names[:_MOST_NAMED]), len(names) - _MOST_NAMED
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _named(words: Sequence[str]) -> str:
    return _listed([f'"{word}"' for word in words])


def _several(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"

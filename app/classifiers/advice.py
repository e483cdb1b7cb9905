"""What the owner of a model should look at: nothing of it keeps the model from being hosted."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.classifiers.folder import TASK, ModelFolderError
from app.classifiers.link_advice import learned_columns, pair_advice
from app.classifiers.model_version import ModelVersion
from app.classifiers.toml_files import toml_of
from app.domain.feature import Feature, Theme
from app.domain.schema import FeatureSchema
from app.domain.unfilled import TO_FILL_IN, is_unfilled
from app.domain.wording import and_list, line_text, risk_text

_RAW = re.compile(r"_|\b(?!mmHg)[A-Za-z]*[a-z]{2}[A-Z]|\.(?:csv|parquet)\b")
"""What names of columns and files have, and words have not: "TenYearCHD", "sys_bp"."""
_FEW = 0.01
_THEMES = ", ".join(theme for theme in Theme if theme is not Theme.TREATMENT)
_NEVER = re.compile(r"(?<![A-Za-z])never(?![A-Za-z])", re.IGNORECASE)


def advice_on(folder: Path, schema: FeatureSchema | None, newest: ModelVersion | None) -> Iterator[str]:
    """Sentences about a folder that can be read: each names the file, and the feature or the key."""
    for path in sorted(folder.glob("*.toml")):
        yield from _unfilled(path)
    if schema is not None:
        yield from (f"{folder / TASK}: {said}" for said in schema_advice(schema))
    if newest is None:
        yield f"{folder} holds no trained version: nothing is hosted yet"
        return
    if schema is not None:
        yield from (f"{folder / TASK}: {said}" for said in pair_advice(schema, learned_columns(newest)))
        yield from _older_than_task(folder, schema, newest)
    yield from (f"{newest.folder}: {said}" for said in _threshold_advice(newest))


def schema_advice(schema: FeatureSchema) -> Iterator[str]:
    """What an owner may have forgotten to say of the model and its features."""
    yield from words_advice(schema)
    if not any(feature.action or feature.treatment for feature in schema.features):
        yield "no feature has an action, so that nothing can be suggested: add [feature.action] to some"
    if bare := [feature.name for feature in schema.features if feature.action and feature.role is None]:
        yield (
            f"{and_list(bare)}: an action without a role and a theme is a strategy of its own, and no theme "
            f'keeps or varies it: say role = "behaviour" and a theme ({_THEMES})'
        )
    for feature in schema.features:
        yield from (f"{feature.name}: {said}" for said in _feature_advice(feature))
    efforts = [feature.action.effort for feature in schema.actionable if feature.action]
    if len(efforts) > 2 and len(set(efforts)) == 1:
        yield f"every action has the effort {efforts[0]:g}: say which ask for more of a person"


def words_advice(schema: FeatureSchema) -> Iterator[str]:
    """Words that people read and that read like a column's or a file's name; sentences without an end."""
    for key, words in (("outcome", schema.model.outcome), ("title", schema.model.title)):
        if _RAW.search(words):
            yield f"model.{key} is \"{words}\", which reads like a column's or file's name: write it in words"
    if raw := [f'"{one.label}"' for one in schema.features if _RAW.search(one.label)]:
        yield f"the label of {and_list(raw)} reads like a column's name: write it in words"


def _feature_advice(feature: Feature) -> Iterator[str]:
    yield from _moves_advice(feature)
    if feature.is_numeric and feature.unit is None and feature.action is not None:
        yield "it has no unit: sentences tell bare numbers"
    action = feature.action
    if action is None or not feature.is_numeric or action.whole:
        return
    if "step" not in action.model_fields_set:
        yield "its action has no step: suggestions go by 1"
    if action.max_change is None and action.max_change_share is None and action.limit == feature.clinical:
        yield (
            "its action may go to the end of the clinical range: say how far a person can go within the "
            "horizon, by limit, max_change or max_change_share"
        )


def _moves_advice(feature: Feature) -> Iterator[str]:
    """Moves whose sentence may be untrue: of another end than its verb tells, or to where nobody can come."""
    moves = feature.action.moves if feature.action else ()
    shared = dict.fromkeys(move.after for move in moves if move.verb is None)
    if feature.action and len(shared) > 1:
        ends = and_list([f"'{value}'" for value in shared])
        yield (
            f'moves to {ends} all read "{feature.action.verb}": where it is untrue of one, give that a verb '
            "of its own"
        )
    labels = {category.value: category.label for category in feature.categories}
    for value in dict.fromkeys(move.after for move in moves):
        if _NEVER.search(f"{value} {labels.get(value, '')}"):
            yield (
                f"a move ends at '{value}': somebody who ever did cannot become somebody who never did. Take "
                "such moves out, unless the word means something else"
            )


def _unfilled(path: Path) -> Iterator[str]:
    try:
        content = toml_of(path)
    except ModelFolderError:  # an error, told elsewhere
        return
    for place in _with_words(content, ()):
        yield f"{path}: {'.'.join(place)} is still {TO_FILL_IN}"


def _with_words(value: Any, place: Sequence[str]) -> Iterator[Sequence[str]]:
    """The places of texts that nobody has filled in; features and the like by their names."""
    if isinstance(value, str) and is_unfilled(value):
        yield place
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _with_words(part, (*place, str(key)))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            name = part.get("name") if isinstance(part, Mapping) else None
            yield from _with_words(
                part, (*place, repr(name) if isinstance(name, str) else f"entry {number + 1}")
            )


def _older_than_task(folder: Path, schema: FeatureSchema, newest: ModelVersion) -> Iterator[str]:
    """A version that was trained with another `task.toml` than lies beside it."""
    own, beside = newest.folder / TASK, folder / TASK
    if not (own.exists() and beside.exists()) or _sha256(own) == _sha256(beside):
        return
    if "version" in schema.model.model_fields_set and int(schema.model.version) > int(newest.version):
        yield f"{beside}: version {schema.model.version} is not trained yet; {newest.version} is hosted"
    else:
        yield (
            f"{beside}: version {newest.version} was trained with another task.toml, its own: what changed "
            "here since counts from the next version on"
        )


def _threshold_advice(model: ModelVersion) -> Iterator[str]:
    if model.held_out is None:
        return
    risk, threshold = model.classifier.risk(model.held_out.rows), model.schema.model.threshold
    low, high = risk_text(float(risk.min())), risk_text(float(risk.max()))
    line, share = line_text(threshold), float(np.mean(risk > threshold))
    if share in (0, 1):
        where = "above" if share == 0 else "below"
        yield f"the threshold of {line} lies {where} every risk of held-out people: those are {low} to {high}"
    elif not _FEW <= share <= 1 - _FEW:
        yield f"{share:.2%} of held-out people are above the threshold of {line}; risks are {low} to {high}"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

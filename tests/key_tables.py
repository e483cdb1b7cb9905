"""Writing the documents' tables of keys anew, once one changed: `python -m tests.key_tables`.

A document has a table between `<!-- keys of ModelInfo -->` and `<!-- end of keys -->`. Each row is a field
of that class: its key, what it takes, and the sentence that stands below the field in the code.
"""

import ast
import inspect
import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.classifiers.folder import Counts, Fit, Manifest
from app.domain import effects, ehr, feature, links, schema, training
from app.paths import ROOT

DOCUMENTS = (ROOT / "docs" / "feature-schema.md", ROOT / "docs" / "model-folder.md")
_SHOWN: tuple[type[BaseModel], ...] = (
    schema.FeatureSchema,
    schema.ModelInfo,
    schema.DataProvenance,
    schema.CardFacts,
    schema.Gate,
    training.Training,
    training.RecordProfile,
    feature.Feature,
    feature.Category,
    feature.Code,
    feature.Action,
    feature.Move,
    feature.ConditionalLimit,
    feature.Reach,
    feature.Always,
    feature.Consequence,
    feature.Cap,
    effects.Effect,
    links.ProportionalLink,
    links.Identity,
    links.LinearLink,
    links.RuleLink,
    links.Relation,
    ehr.EhrCodes,
    ehr.EhrFeature,
    ehr.Asked,
    ehr.Answer,
    ehr.Identity,
    ehr.MeasuredCode,
    Manifest,
    Counts,
    Fit,
)
_TABLE = re.compile(r"(<!-- keys of (\w+(?:\.\w+)?) -->\n).*?(<!-- end of keys -->)", re.DOTALL)
_WORDS = {bool: "yes or no", int: "whole number", float: "number", str: "text"}


def name_of(model: type[BaseModel]) -> str:
    """What a document calls a class: `Action`; `ehr.Identity` where another module has one of its name."""
    twins = [other for other in _SHOWN if other.__name__ == model.__name__]
    module = model.__module__.rpartition(".")[2]
    return model.__name__ if len(twins) == 1 else f"{module}.{model.__name__}"


def classes() -> Mapping[str, type[BaseModel]]:
    """All that the documents have tables of, by what they call them."""
    return {name_of(model): model for model in _SHOWN}


def rewritten(text: str) -> str:
    """A document with its tables as the code has them.

    Raises:
        KeyError: it asks for the keys of a class that is none.
        ValueError: a field has no sentence below it.
    """
    known = classes()
    return _TABLE.sub(lambda found: f"{found[1]}{table_of(known[found[2]])}{found[3]}", text)


def table_of(model: type[BaseModel]) -> str:
    """The keys of a class as a table of Markdown."""
    said = _sentences(model)
    lines = ["| key | takes | meaning |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        if name not in said:
            raise ValueError(f"{model.__name__}.{name} has no sentence below it")
        lines.append(f"| `{field.alias or name}` | {_takes(field)} | {said[name]} |")
    return "\n".join(lines) + "\n"


def _sentences(model: type[BaseModel]) -> dict[str, str]:
    """What stands below each field of a class, on one line."""
    path = inspect.getsourcefile(model)
    assert path is not None
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    [body] = [one.body for one in tree.body if isinstance(one, ast.ClassDef) and one.name == model.__name__]
    said = {}
    for field, below in pairwise(body):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            said[field.target.id] = " ".join(str(below.value.value).split()).replace("|", "\\|")
    return said


def _takes(field: FieldInfo) -> str:
    """What a key takes, and what it is where it is left out."""
    told = _words(field.annotation, field.metadata)
    if field.is_required():
        return f"{told}; required"
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is None or isinstance(default, BaseModel) or (not default and default is not False):
        return told if default != 0 or isinstance(default, Sequence | Mapping) else f"{told}; `0`"
    return f"{told}; `{_written(default)}`"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _words(form: Any, metadata: Sequence[Any] = ()) -> str:
    """A type in words, with its bounds."""
    origin, parts = typing.get_origin(form), typing.get_args(form)
    if origin is typing.Annotated:
        own = [
            one for meta in parts[1:] for one in (meta.metadata if isinstance(meta, FieldInfo) else [meta])
        ]
        return _words(parts[0], [*own, *metadata])
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(_words(p, metadata) for p in parts if p is not type(None)))
    if origin is typing.Literal:
        return ", ".join(f"`{one}`" for one in parts)
    if origin is tuple:
        return _of_tuple(parts)
    if origin is not None and issubclass(origin, Mapping):
        return f"table of {_words(parts[1])} by name"
    if isinstance(form, type) and issubclass(form, BaseModel):
        return f"table ({name_of(form)})"
    if isinstance(form, type) and issubclass(form, StrEnum):
        return ", ".join(f"`{one}`" for one in form)
    word = _WORDS.get(form, "date" if getattr(form, "__name__", "") == "date" else "text")
    return f"{word}{_bounds(metadata)}"


def _of_tuple(parts: Sequence[Any]) -> str:
    if parts[-1] is Ellipsis:
        return f"list of {_words(parts[0])}"
    return f"[{', '.join(_words(one) for one in parts)}]"


def _bounds(metadata: Sequence[Any]) -> str:
    return "".join(_bound(one) for one in metadata)


def _bound(one: Any) -> str:
    if isinstance(one, annotated_types.Gt):
        return f" above {one.gt}"
    if isinstance(one, annotated_types.Ge):
        return f" from {one.ge}"
    if isinstance(one, annotated_types.Lt):
        return f" below {one.lt}"
    return f" to {one.le}" if isinstance(one, annotated_types.Le) else ""


def shown_in(text: str) -> Iterator[str]:
    """The classes whose keys a document has."""
    return (found[2] for found in _TABLE.finditer(text))


def main() -> None:
    """Bring the documents up to date with the code."""
    for path in DOCUMENTS:
        path.write_text(rewritten(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()

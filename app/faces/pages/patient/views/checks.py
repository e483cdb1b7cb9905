"""Values that a clinician should check before they rely on the answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.wording import inline
from app.faces.pages.patient.views.formatting import value_text, with_unit
from app.usecases.record.context import Scene


@dataclass(frozen=True, slots=True)
class Check:
    """One value to check: of which feature, what was entered, and what is unusual about it.

    `value` is None on the page of a what-if, whose values may be other ones than those entered.
    """

    label: str
    value: str | None
    why: str


def checks_of(scene: Scene) -> Mapping[str, Check]:
    """What should be checked of the values that were entered, by feature."""
    named = {one.pointer.rpartition("/")[2]: one.detail for one in scene.answer.warnings}
    return {name: Check(_label(scene, name), _value(scene, name), why) for name, why in named.items()}


def _label(scene: Scene, name: str) -> str:
    known = scene.schema is not None and name in scene.schema
    return inline(scene.schema[name].label) if scene.schema and known else name.replace("_", " ")


def _value(scene: Scene, name: str) -> str | None:
    if scene.row.based_on is not None:
        return None
    value = scene.row.features.get(name)
    if scene.schema is None or name not in scene.schema:
        return value_text(None, value)
    return with_unit(scene.schema[name], value)

"""Reading `consultation.toml`: what is said beside a model's estimates, whichever version gave them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from app.classifiers.folder import refuse
from app.classifiers.toml_files import read_as
from app.domain.consultation import STATES, Consultation, MeasuredOutcome
from app.domain.feature import Kind
from app.domain.kept import acted_on_by, leaves_nothing
from app.domain.schema import FeatureSchema

CONSULTATION = "consultation.toml"
_LISTED = {"guideline": ("code",), "said": ("feature",), "preference": ("code",)}


def read_consultation(folder: Path, schema: FeatureSchema, is_newest: bool = True) -> Consultation | None:
    """What a model's folder says; None where it has no such file.

    The file is about the newest version: an older one may lack features that it names.

    Raises:
        ModelFolderError: the file says something that cannot be.
    """
    path = folder / CONSULTATION
    if not path.exists():
        return None
    consultation = read_as(path, Consultation, _LISTED, "consultation", "cannot be used")
    refuse(consultation_faults(consultation, schema if is_newest else None), f"{path} cannot be used: ")
    return consultation


def consultation_faults(consultation: Consultation, schema: FeatureSchema | None) -> Iterator[str]:
    """What does not go together, by place; with a schema, also what that does not have."""
    yield from _faults_of_measured(consultation.measured)
    for state in STATES.values():
        if not any(state in step.when for step in consultation.next_step):
            yield f"next_step: none is for an estimate that is {state}"
    codes = [one.code for one in consultation.guideline]
    for code in _repeated(codes):
        yield f"guideline.{code}: there are two of this code"
    named = [*consultation.measured.guidelines]
    named += [code for step in consultation.next_step for code in step.guidelines]
    for code in named:
        if code not in codes:
            yield f"guideline: there is none of the code {code}"
    for code in _repeated(one.code for one in consultation.preference):
        yield f"preference.{code}: there are two of this code"
    for name in _repeated(one.feature for one in consultation.said):
        yield f"said.{name}: there are two of this feature"
    for guideline in consultation.guideline:
        for name, bounds in guideline.ranges.items():
            if bounds.low is not None and bounds.high is not None and bounds.low > bounds.high:
                yield f"guideline.{guideline.code}.ranges.{name}: its from is above its to"
    if schema is not None:
        yield from _strangers(consultation, schema)


def _repeated(names: Iterable[str]) -> list[str]:
    """Those that are there more than once, each once."""
    return [name for name, times in Counter(names).items() if times > 1]


def _strangers(consultation: Consultation, schema: FeatureSchema) -> Iterator[str]:
    for guideline in consultation.guideline:
        for name in guideline.ranges:
            if name not in schema or not schema[name].is_numeric:
                yield f"guideline.{guideline.code}.ranges.{name}: is no number among the features"
    for said in consultation.said:
        if said.feature not in schema or schema[said.feature].action is None:
            yield f"said.{said.feature}: is no feature that a person may change"
        elif schema[said.feature].kind is Kind.CATEGORY:
            yield f"said.{said.feature}: is a category, each of whose moves may have a verb of its own"
    for chip in consultation.preference:
        for name in chip.keeps:
            if not acted_on_by(schema, name):
                yield f"preference.{chip.code}.keeps: {name} is no feature or theme that a person may change"
        if chip.keeps and leaves_nothing(schema, chip.keeps):
            yield f"preference.{chip.code}.keeps: leaves nothing to change: let it refuse, and say why"


def _faults_of_measured(measured: MeasuredOutcome) -> Iterator[str]:
    findings = measured.finding
    if measured.unit is None:
        if measured.outcome_from is not None or measured.range is not None or measured.also_in:
            yield "measured: a result without a unit is present or absent, and has no range"
        if len(findings) != 2 or any(one.below is not None for one in findings):
            yield "measured.finding: without a unit there are two: the outcome absent, then present"
        return
    if measured.outcome_from is None or measured.range is None:
        yield "measured: a result with a unit needs outcome_from and range"
        return
    low, high = measured.range
    if not low < measured.outcome_from < high:
        yield "measured.outcome_from: is outside the range"
    bounds = [one.below for one in findings[:-1]]
    if None in bounds or not findings or findings[-1].below is not None:
        yield "measured.finding: all but the last say below which value they are"
    elif any(one >= other for one, other in pairwise(bound for bound in bounds if bound is not None)):
        yield "measured.finding: their values do not rise"
    elif measured.outcome_from not in bounds:
        yield "measured.finding: none ends where the outcome begins, at outcome_from"

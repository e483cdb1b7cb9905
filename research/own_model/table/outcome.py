"""Who has the outcome: a column of yes and no, or of words one of which is the outcome."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.schema import BoolArray
from research.own_model.table import cell_words
from research.own_model.table.headers import find_column
from research.own_model.table.limits import Limits
from research.own_model.table.raw import Numbers, RawColumn, Unread, texts_of, words_of
from research.training.errors import TrainingError

_MOST_SHOWN = 6
_LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of each row of the file, whether the outcome is known and whether it is there."""

    column: str
    known: BoolArray
    there: BoolArray
    """False where it is not known."""


def read_outcome(columns: Sequence[RawColumn], wanted: str, limits: Limits) -> Outcome:
    """The outcome as `COLUMN` or `COLUMN=value` names it.

    Raises:
        TrainingError: no such column; it has not two values, or nobody says which of two is the outcome; or
            too few rows tell it.
    """
    column, value = _named(columns, wanted)
    cells = column.read()
    if isinstance(cells, Unread):
        raise TrainingError(f'The outcome "{column.name}" holds {cells.what}, not yes and no.')
    words = words_of(texts_of(cells)) if isinstance(cells, Numbers) else cells
    counts = words.counts()
    present = [p for p, word in enumerate(words.words) if counts[p] and not _is_missing(word, value)]
    if not present:
        raise TrainingError(f'The outcome "{column.name}" is empty: no row tells who has it.')
    rarest = words.words[min(present, key=lambda place: counts[place])]
    chosen = _chosen(column.name, value, {place: words.words[place] for place in present}, rarest)
    known, there = np.isin(words.codes, present), np.isin(words.codes, chosen)
    _check_count(column.name, known, there, limits)
    return Outcome(column.name, known, there)


def _is_missing(word: str, value: str | None) -> bool:
    return cell_words.is_missing(word) and word != value


def _named(columns: Sequence[RawColumn], wanted: str) -> tuple[RawColumn, str | None]:
    """The column, and the value that is the outcome; a name may itself hold an equals sign."""
    names = {column.name: column for column in columns}
    for name in sorted(names, key=len, reverse=True):
        if wanted.strip() == name:
            return names[name], None
        if wanted.startswith(f"{name}="):
            return names[name], wanted.removeprefix(f"{name}=").strip()
    return find_column(columns, wanted.partition("=")[0].strip(), "the outcome"), None


def _chosen(name: str, value: str | None, words: dict[int, str], rarest: str) -> list[int]:
    """The places of the words that mean that the outcome is there; the rarest is the likely one to name."""
    if value is not None:
        chosen = [place for place, word in words.items() if _same(word, value)]
        if not chosen:
            raise TrainingError(f'The outcome "{name}" never is "{value}"; {_shown(words.values())}.')
        return chosen
    answers = {place: _answer(word) for place, word in words.items()}
    if None not in answers.values():
        return [place for place, answer in answers.items() if answer]
    if len(words) == 1:
        raise TrainingError(
            f'The outcome "{name}" says the same in all rows: there is nobody to compare with.'
        )
    if len(words) <= _MOST_SHOWN and len(rarest) <= _LONGEST_SHOWN:
        raise TrainingError(
            f'The outcome "{name}" is not yes and no; {_shown(words.values())}. Say which of them is the '
            f'outcome, such as --outcome "{name}={rarest}".'
        )
    raise TrainingError(
        f'The outcome "{name}" has {len(words):,} different values; an outcome has two. Make a column of yes '
        f'and no of it, or say which value is the outcome with --outcome "{name}=VALUE".'
    )


def _answer(word: str) -> bool | None:
    small = word.lower()
    if small in cell_words.YES | cell_words.NO:
        return small in cell_words.YES
    number = _number(word)
    return bool(number) if number in (0.0, 1.0) else None


def _same(word: str, value: str) -> bool:
    if word.lower() == value.lower():
        return True
    number = _number(word)
    return number is not None and number == _number(value)


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def _shown(words: Iterable[str]) -> str:
    shown = [word for word in words if len(word) <= _LONGEST_SHOWN]
    if len(shown) > _MOST_SHOWN:
        return f"it has {len(shown):,} different values"
    return f"it holds {' and '.join(repr(word) for word in shown)}"


def _check_count(name: str, known: BoolArray, there: BoolArray, limits: Limits) -> None:
    rows, cases = int(known.sum()), int(there.sum())
    if cases in (0, rows):
        everybody = "everybody has it" if cases else "nobody has it"
        raise TrainingError(f'In the outcome "{name}" {everybody}: there is nobody to compare with.')
    if rows < limits.fewest:
        raise TrainingError(
            f'{rows} rows tell the outcome "{name}"; a model needs at least {limits.fewest}, as a quarter of '
            "the people is held out to judge it."
        )
    fewer, who = min((cases, "have"), (rows - cases, "do not have"))
    if fewer < limits.fewest_of_each:
        raise TrainingError(
            f'Only {fewer} of {rows:,} rows {who} the outcome "{name}"; a model needs at least '
            f"{limits.fewest_of_each} who do and {limits.fewest_of_each} who do not."
        )

"""What options and improvements are called: options by number, improvements by letter."""

from collections.abc import Sequence

from app.storage.tables import CounterfactualRow, OptionKind
from app.usecases.counterfactuals.option_schemas import CounterfactualOut, ImprovementOut

Offered = CounterfactualOut | ImprovementOut


def mark_of(option: Offered) -> str:
    """A number or a letter: beside each other in a drawing the two are told apart."""
    return _mark(isinstance(option, ImprovementOut), option.rank)


def name_of(option: Offered) -> str:
    """Such as "Option 1" and "Improvement A"."""
    return _name(isinstance(option, ImprovementOut), option.rank)


def recorded_name(row: CounterfactualRow) -> str:
    """The same of what is on record."""
    return _name(row.kind == OptionKind.IMPROVEMENT, row.rank)


def names_of(options: Sequence[Offered]) -> str:
    """Several in one phrase: "Options 1, 2 and improvement A"."""
    phrases = [
        _together(word, [mark_of(one) for one in options if isinstance(one, ImprovementOut) is improves])
        for word, improves in (("option", False), ("improvement", True))
    ]
    phrase = " and ".join(phrase for phrase in phrases if phrase)
    return phrase[0].upper() + phrase[1:]


def _together(word: str, marks: Sequence[str]) -> str:
    if not marks:
        return ""
    return f"{word}{'' if len(marks) == 1 else 's'} {', '.join(marks)}"


def _mark(improves: bool, rank: int) -> str:
    return chr(ord("A") + rank - 1) if improves else str(rank)


def _name(improves: bool, rank: int) -> str:
    return f"{'Improvement' if improves else 'Option'} {_mark(improves, rank)}"

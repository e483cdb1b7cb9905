"""What options and improvements are called: options by number, improvements by letter."""

from collections.abc import Sequence

from app.faces.http.pages.translation import gettext as _
from app.faces.http.pages.translation import ngettext
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
    numbers = [mark_of(one) for one in options if not isinstance(one, ImprovementOut)]
    letters = [mark_of(one) for one in options if isinstance(one, ImprovementOut)]
    phrases = []
    if numbers:
        phrases.append(
            ngettext("option %(marks)s", "options %(marks)s", len(numbers), marks=", ".join(numbers))
        )
    if letters:
        phrases.append(
            ngettext(
                "improvement %(marks)s", "improvements %(marks)s", len(letters), marks=", ".join(letters)
            )
        )
    phrase = _("%(one)s and %(other)s", one=phrases[0], other=phrases[1]) if len(phrases) > 1 else phrases[0]
    return phrase[0].upper() + phrase[1:]


def _mark(improves: bool, rank: int) -> str:
    return chr(ord("A") + rank - 1) if improves else str(rank)


def _name(improves: bool, rank: int) -> str:
    mark = _mark(improves, rank)
    return _("Improvement %(mark)s", mark=mark) if improves else _("Option %(mark)s", mark=mark)

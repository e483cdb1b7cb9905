"""What cannot be in the action of a category: it goes by moves, and by nothing that numbers have."""

from collections.abc import Iterator

from app.domain.feature import Action, Direction, Feature, Move

OF_NUMBERS = (
    *("step", "limit", "limits", "max_change", "max_change_share", "intensive", "told_by"),
    *("verb_at_limit", "reaches_limit", "whole"),
)
"""Keys of an action that a category has not."""


def no_move_faults(action: Action) -> Iterator[str]:
    """Of an action on a number, or a yes or no."""
    if action.direction is Direction.MOVES:
        yield 'direction = "moves" belongs to a category'
    if action.moves:
        yield "moves belong to a category"


def move_faults(feature: Feature, action: Action) -> Iterator[str]:
    """Of an action on a category; moves may go round, as each person makes one of them at most."""
    if action.direction is not Direction.MOVES:
        yield f'the action on a category has the direction "moves", not "{action.direction}"'
    if given := [key for key in OF_NUMBERS if key in action.model_fields_set]:
        yield f"a category has no steps: {', '.join(given)} belong{'s' * (len(given) == 1)} to a number"
    if not action.moves:
        yield "the action on a category needs moves: which value may become which"
    known = [category.value for category in feature.categories]
    met: set[tuple[str, str]] = set()
    for move in action.moves:
        yield from (f"the move {_named(move)} {fault}" for fault in _faults(move, known))
        if (move.before, move.after) in met:
            yield f"the move {_named(move)} is there twice"
        met.add((move.before, move.after))
    yield from _words_alike(known)


def _faults(move: Move, known: list[str]) -> Iterator[str]:
    for value in dict.fromkeys((move.before, move.after)):
        if value not in known:
            yield f"names '{value}', which is none of its categories"
    if move.before == move.after:
        yield "ends where it begins"


def _named(move: Move) -> str:
    return f"from '{move.before}' to '{move.after}'"


def _words_alike(known: list[str]) -> Iterator[str]:
    """Prompts tell a move by one word: what it ends at."""
    words = [one_word(value) for value in known]
    for value in known:
        if words.count(one_word(value)) > 1:
            yield (
                f"the category '{value}' differs from another in spaces or underscores alone: prompts could "
                "not tell them apart"
            )
            return


def one_word(value: str) -> str:
    """A value of a category without spaces, as prompts and answers of language models have it."""
    return "_".join(value.split())

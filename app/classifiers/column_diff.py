"""What columns differ in, as half a sentence."""

from collections.abc import Collection, Sequence

_SHOWN = 3


def difference(given: Sequence[str], declared: Sequence[str]) -> str | None:
    """What `given` has other than task.toml declares; None if it has the same columns in the same order.

    Reads after a verb: "takes the columns in another order than task.toml: position 3 is 'weight', …".
    """
    if tuple(given) == tuple(declared):
        return None
    parts = [("it lacks ", _absent(declared, given)), ("task.toml lacks ", _absent(given, declared))]
    differences = [words + _listed(names) for words, names in parts if names]
    if differences:
        return f"other columns than task.toml: {' and '.join(differences)}"
    if len(given) != len(declared):
        return f"{len(given)} columns, some of them twice, not the {len(declared)} of task.toml"
    place = next(i for i, pair in enumerate(zip(given, declared, strict=True)) if pair[0] != pair[1])
    return (
        "the columns in another order than task.toml: "
        f"position {place + 1} is '{given[place]}', not '{declared[place]}'"
    )


def _absent(names: Sequence[str], among: Collection[str]) -> list[str]:
    return [name for name in names if name not in among]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"

"""A place in a file, in words: keys with dots between, entries of lists by name or counted from 1."""

from collections.abc import Mapping, Sequence

Listed = Mapping[str, Sequence[str]]
"""Tables of which there are several, and the keys that name each."""
_NOTHING_LISTED: Listed = {}


def place_words(place: Sequence[str | int], content: object = None, listed: Listed = _NOTHING_LISTED) -> str:
    """The keys that lead there; an entry of a `listed` table by what it is called where it says so.

    Args:
        content: What the file says, where something is listed.
    """
    parts = [f"entry {part + 1}" if isinstance(part, int) else part for part in place]
    if len(place) > 1 and place[0] in listed and isinstance(place[1], int) and isinstance(content, Mapping):
        table = content[place[0]]
        entry = table[place[1]] if isinstance(table, Sequence) else None
        keys = listed[str(place[0])]
        names = [entry.get(key) for key in keys] if isinstance(entry, Mapping) else [None]
        if all(isinstance(name, str) for name in names):
            parts[1] = repr(" on ".join(map(str, names)))
    return ".".join(parts)

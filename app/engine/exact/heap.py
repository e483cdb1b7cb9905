"""A binary heap in arrays: the open candidates by the least effort that any completion can have.

`heapq` over lists of pairs does the same, several times slower, in compiled code.
"""

from app.compiled import compiled_in_place
from app.domain.schema import FloatArray, IntArray

ROOT = 0
"""Where the item of the least key stands."""


@compiled_in_place
def push(keys: FloatArray, items: IntArray, size: int, key: float, item: int) -> int:
    """Add an item; return the new size.

    A gap is opened at the end and moved up, not the item swapped upwards: that writes half as much.
    """
    place = size
    while place > ROOT and keys[(place - 1) // 2] > key:
        above = (place - 1) // 2
        keys[place], items[place] = keys[above], items[above]
        place = above
    keys[place], items[place] = key, item
    return size + 1


@compiled_in_place
def pop(keys: FloatArray, items: IntArray, size: int) -> int:
    """Take the first item away, which must have been read from `ROOT`; return the new size."""
    size -= 1
    key, item = keys[size], items[size]
    place = ROOT
    while 2 * place + 1 < size:
        below = 2 * place + 1
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[place], items[place] = keys[below], items[below]
        place = below
    keys[place], items[place] = key, item
    return size

"""Whether an ONNX file names data outside itself, told from its bytes before anything loads it.

Protobuf's wire format, walked along the messages that hold tensors: what lies outside is not pinned by the
manifest, may be any file of the machine, and onnxruntime takes one such name for an address in memory.

https://protobuf.dev/programming-guides/encoding and https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from collections.abc import Iterator, Mapping
from enum import Enum, auto


class _Message(Enum):
    MODEL = auto()
    TRAINING = auto()
    FUNCTION = auto()
    GRAPH = auto()
    NODE = auto()
    ATTRIBUTE = auto()
    SPARSE_TENSOR = auto()
    TENSOR = auto()


_M = _Message
_HOLDS: Mapping[_Message, Mapping[int, _Message]] = {
    _M.MODEL: {7: _M.GRAPH, 20: _M.TRAINING, 25: _M.FUNCTION},
    _M.TRAINING: {1: _M.GRAPH, 2: _M.GRAPH},
    _M.FUNCTION: {7: _M.NODE, 11: _M.ATTRIBUTE},
    _M.GRAPH: {1: _M.NODE, 5: _M.TENSOR, 15: _M.SPARSE_TENSOR},
    _M.NODE: {5: _M.ATTRIBUTE},
    _M.ATTRIBUTE: {
        5: _M.TENSOR,
        6: _M.GRAPH,
        10: _M.TENSOR,
        11: _M.GRAPH,
        22: _M.SPARSE_TENSOR,
        23: _M.SPARSE_TENSOR,
    },
    _M.SPARSE_TENSOR: {1: _M.TENSOR, 2: _M.TENSOR},
    _M.TENSOR: {},
}
"""By message and field: which message that is, as far as it may hold a tensor."""
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14
_PLACE = b"location"
"""A tensor outside names its place under this key: a file without it has none, and need not be walked."""
_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
_MOST_OF_VARINT = 10


def names_data_outside(content: bytes) -> bool:
    """Whether a tensor of a model lies in another file.

    Raises:
        ValueError: this is no message in protobuf's wire format.
    """
    if _PLACE not in content:
        return False
    waiting = [(_Message.MODEL, memoryview(content))]
    while waiting:
        kind, message = waiting.pop()
        for number, value in _fields(message):
            if kind is _Message.TENSOR and number in (_EXTERNAL_DATA, _DATA_LOCATION) and value != 0:
                return True
            inner = _HOLDS[kind].get(number)
            if inner is not None and isinstance(value, memoryview):
                waiting.append((inner, value))
    return False


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field: a whole number, or the bytes of anything longer."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        if tag >> 32:  # another reader may drop the higher bits, and see another field
            raise ValueError("a tag of more than 32 bits")
        wire = tag & 7
        if wire == _VARINT:
            number, place = _varint(message, place)
            yield tag >> 3, number
            continue
        if wire == _LENGTH:
            size, place = _varint(message, place)
        elif wire in (_EIGHT, _FOUR):
            size = 8 if wire == _EIGHT else 4
        else:
            raise ValueError(f"a field of the wire type {wire}")
        end = place + size
        if end > len(message):
            raise ValueError("a field that ends after its message")
        yield tag >> 3, message[place:end]
        place = end


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """A whole number in groups of seven bits, lowest first, and where the next field begins."""
    number = 0
    for count, byte in enumerate(message[place : place + _MOST_OF_VARINT]):
        number |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            return number, place + count + 1
    raise ValueError("a number without an end")

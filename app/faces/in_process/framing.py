"""Messages between a program and its worker processes: a length, then so many bytes."""

import struct
from typing import IO

_LENGTH = struct.Struct(">I")


def write_message(stream: IO[bytes], *parts: bytes) -> None:
    """Send a message of several parts.

    Raises:
        OSError: nobody reads it any more.
    """
    for part in parts:
        stream.write(_LENGTH.pack(len(part)))
        stream.write(part)
    stream.flush()


def read_part(stream: IO[bytes]) -> bytes | None:
    """The next part of a message; None where the other side has ended."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    [length] = _LENGTH.unpack(head)
    part = stream.read(length)
    return part if len(part) == length else None

"""Orders to a template, whatever has become of it."""

import os
import socket
from collections.abc import Iterator

import pytest

from app.engine.registry import ModelRegistry
from app.search_processes.page import shared_memory
from app.search_processes.shared import Shared
from app.search_processes.template import Niceness, Template


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Who orders, and who carries out."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with here, there:
        yield here, there


@pytest.fixture
def memory() -> Iterator[int]:
    descriptor = shared_memory()
    yield descriptor
    os.close(descriptor)


def test_orders_that_nobody_takes_are_not_waited_for(
    registry: ModelRegistry, sockets: tuple[socket.socket, socket.socket], memory: int
) -> None:
    """It may be frozen: the kernel keeps some orders, and then says that there is no room."""
    template = Template(Shared(registry), sockets[0])

    def order_on() -> None:
        for _ in range(100_000):
            template.start(sockets[1], memory, Niceness.PROMPT)

    with pytest.raises(OSError, match=r"unavailable|references"):  # for a message, or descriptors under way
        order_on()


def test_orders_to_one_that_has_ended_are_told_so(
    registry: ModelRegistry, sockets: tuple[socket.socket, socket.socket], memory: int
) -> None:
    here, there = sockets
    there.close()
    with pytest.raises(OSError, match="pipe"):
        Template(Shared(registry), here).start(here, memory, Niceness.PATIENT)

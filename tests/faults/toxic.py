"""A network that is slow, narrow or not there: a proxy between two parts that can be told to be so."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PART = 1 << 14


@dataclass(slots=True)
class Weather:
    """How the network is; may be changed at any time."""

    latency_s: float = 0.0
    """Added to everything, each way."""
    bytes_per_s: float = float("inf")
    is_hole: bool = False
    """Takes everything and passes nothing on, new connections included."""


class ToxicProxy:
    """Listens on a loopback port for a server at a Unix socket or another port."""

    def __init__(self, server: Path | int) -> None:
        self.weather = Weather()
        self.port = 0
        self._server = server
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._pairs: set[asyncio.Task[None]] = set()
        self._cleared = asyncio.Event()

    def start(self) -> None:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve(ready)))
        self._thread.start()
        ready.wait()

    def change(self, **weather: Any) -> None:
        """Other weather from now on."""

        async def turn() -> None:
            for name, value in weather.items():
                setattr(self.weather, name, value)
            if not self.weather.is_hole:
                self._cleared.set()
                self._cleared = asyncio.Event()

        self._do(turn())

    def reset(self) -> None:
        """Cut every connection, without a word of goodbye."""

        async def cut() -> None:
            for writer in list(self._writers):
                writer.transport.abort()

        self._do(cut())

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        self._loop.close()

    def _do(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _serve(self, ready: threading.Event) -> None:
        self._over = asyncio.Event()
        listening = await asyncio.start_server(self._pair, "127.0.0.1", 0)
        self.port = listening.sockets[0].getsockname()[1]
        ready.set()
        await self._over.wait()
        listening.close()
        for task in self._pairs:
            task.cancel()
        await asyncio.gather(*self._pairs, return_exceptions=True)

    async def _pair(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pairs.add(task)
        self._writers.add(writer)
        others: set[asyncio.StreamWriter] = {writer}
        try:
            await self._pass_hole()
            beyond, back = await self._connect()
            others.add(back)
            self._writers.add(back)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(reader, back))
                group.create_task(self._carry(beyond, writer))
        except* (OSError, asyncio.CancelledError):
            pass
        finally:
            for one in others:
                self._writers.discard(one)
                one.transport.abort()
            self._pairs.discard(task)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._server, int):
            return await asyncio.open_connection("127.0.0.1", self._server)
        return await asyncio.open_unix_connection(self._server)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while part := await reader.read(_PART):
            await asyncio.sleep(self.weather.latency_s + len(part) / self.weather.bytes_per_s)
            await self._pass_hole()
            writer.write(part)
            await writer.drain()
        with suppress(OSError):
            writer.write_eof()

    async def _pass_hole(self) -> None:
        while self.weather.is_hole:
            await self._cleared.wait()


@contextmanager
def toxic(server: Path | int) -> Iterator[ToxicProxy]:
    proxy = ToxicProxy(server)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()

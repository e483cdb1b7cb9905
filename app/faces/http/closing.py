"""That the process is about to end: told to probes, and to streams, which would never end by themselves."""

import asyncio


class Closing:
    """Two steps: `is_near` says that no new work is to be sent here; `streams_end` that streams end now."""

    def __init__(self) -> None:
        self.is_near = False
        self._streams_end = asyncio.Event()

    def announce(self) -> None:
        """Be not ready any more."""
        self.is_near = True

    def end_streams(self) -> None:
        self.is_near = True
        self._streams_end.set()

    async def within(self, seconds: float) -> bool:
        """Wait as long, or until streams are to end; whether they are."""
        try:
            await asyncio.wait_for(self._streams_end.wait(), seconds)
        except TimeoutError:
            return False
        return True

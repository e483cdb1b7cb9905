"""HTTP as h11 reads it, of which never more is looked at than one head may have."""

import re

import h11

_BLANK_LINE = re.compile(rb"\n\r?\n")
_TOO_LARGE = 431


class BoundedHttp(h11.Connection):
    """The server's side of a connection.

    h11 by itself bounds what has not come whole: of what comes at once it would read any length.
    """

    def __init__(self, most: int, most_fields: int) -> None:
        """`most` bytes of a head, of trailers, or of whatever else cannot be handed on in parts."""
        super().__init__(h11.SERVER, most)
        self._most = most
        self._most_fields = most_fields
        self._waiting = bytearray()
        self.refusal = 400
        """The status for whoever sent what cannot be read."""

    def receive_data(self, data: bytes) -> None:
        self._waiting += data

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """As h11's own.

        Raises:
            RemoteProtocolError: what came cannot be read, or is larger than is read.
        """
        try:
            while True:
                self._hand_on()
                self._count_fields()
                event = super().next_event()
                if event is not h11.NEED_DATA or not self._waiting:
                    return event
        except h11.RemoteProtocolError as error:
            self.refusal = error.error_status_hint
            raise

    def _hand_on(self) -> None:
        """Let h11 have one byte more than it may need, so that it is the one to refuse."""
        room = self._most + 1 - len(self.trailing_data[0])
        if self._waiting and room > 0:
            super().receive_data(bytes(self._waiting[:room]))
            del self._waiting[:room]

    def _count_fields(self) -> None:
        if self.their_state is not h11.IDLE:
            return
        head, _ = self.trailing_data
        end = _BLANK_LINE.search(head)
        if end is not None and head.count(b"\n", 0, end.start()) > self._most_fields:
            raise h11.RemoteProtocolError("Too many fields", _TOO_LARGE)

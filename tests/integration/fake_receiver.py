"""A receiver of webhooks, as others write them: it checks signatures, and may be out of order."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook

from tests.integration.fake_server import Handler, Reply, serving

FIRST, SECOND = "whsec_" + "QUJD" * 8, "whsec_" + "REVG" * 8


@dataclass
class FakeReceiver:
    """`replies` come in their order, then each call is good. `heard` is every call that came."""

    url: str = ""
    replies: list[Reply] = field(default_factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def told(self, secret: str = FIRST) -> list[dict[str, Any]]:
        """What every call told, each with a good signature."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.heard]

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.heard]


@contextmanager
def fake_receiver(*replies: Reply) -> Iterator[FakeReceiver]:
    """A receiver on loopback."""
    receiver = FakeReceiver(replies=list(replies))

    class Calls(Handler):
        def post(self, content: bytes) -> Reply:
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.heard.append((headers, content))
            return receiver.replies.pop(0) if receiver.replies else Reply(204)

        def get(self) -> Reply:
            raise AssertionError("nobody asks a receiver")

    with serving(Calls) as url:
        receiver.url = f"{url}/told"
        yield receiver

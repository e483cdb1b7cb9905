"""A fake: it stands for somebody else's OpenID provider, which may behave in any way."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.integration.fake_server import Handler, Reply, serving
from tests.unit.identity.tokens import AUDIENCE, SigningKey, claims, signed, signing_key

WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass
class FakeIssuer:
    """The running fake: `keys` are what it publishes; a `reply` in place of what it would say at a path."""

    url: str = ""
    keys: list[SigningKey] = field(default_factory=lambda: [signing_key("ES256")])
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def token(self, key: SigningKey | None = None, **changes: Any) -> str:
        """A token that it signed; `changes` of claims as in `claims`."""
        return signed(key or self.keys[0], claims(**{"iss": self.url, "aud": AUDIENCE} | changes))

    def reply_at(self, path: str) -> Reply:
        self.asked.append(path)
        if path in self.replies:
            return self.replies[path]
        if path == WELL_KNOWN:
            return _json({"issuer": self.url, "jwks_uri": f"{self.url}/jwks"})
        return _json({"keys": [key.jwk for key in self.keys]}) if path == "/jwks" else Reply(404)


def _json(value: Any) -> Reply:
    return Reply(body=json.dumps(value).encode())


@contextmanager
def fake_issuer() -> Iterator[FakeIssuer]:
    """A fake on a free loopback port."""
    fake = FakeIssuer()

    class FakeHandler(Handler):
        def get(self) -> Reply:
            return fake.reply_at(self.path)

    with serving(FakeHandler) as fake.url:
        yield fake

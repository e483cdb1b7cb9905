"""What is known of a request before any of its body is read."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.identity.refusals import MalformedCredentialsError


@dataclass(frozen=True, slots=True)
class RequestHead:
    """Method, target (path and query as they were sent) and headers, whose names are in lower case."""

    method: str
    target: str
    headers: Sequence[tuple[bytes, bytes]]
    address: str | None = None
    """Where the connection came from."""

    def only(self, name: str) -> bytes | None:
        """The value of a header that says who asks; None where it is not there.

        Raises:
            MalformedCredentialsError: it is there twice: of two, a proxy may have looked at the other one.
        """
        values = [value for key, value in self.headers if key == name.encode()]
        if len(values) > 1:
            raise MalformedCredentialsError(f"The header {name.title()} is there more than once.")
        return values[0] if values else None

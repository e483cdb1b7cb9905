"""Why somebody is not let in: told without what they sent."""

from app.identity.scopes import AccessScope


class RefusedCallerError(Exception):
    """A request goes no further; the message is a sentence for whoever sent it, without what they sent."""


class MalformedCredentialsError(RefusedCallerError):
    """Who asks cannot be read: a header is there twice, or holds what no name is written with."""


class UnknownCallerError(RefusedCallerError):
    """Nobody known; `sent` is whether they said at all who they are."""

    def __init__(self, detail: str, sent: bool = True) -> None:
        super().__init__(detail)
        self.sent = sent


class SessionEndedError(UnknownCallerError):
    """A cookie of a session that has ended, or never was."""

    def __init__(self) -> None:
        super().__init__("This session has ended. Open the patient from your system again.")


class FalseNameError(RefusedCallerError):
    """A person acts in another's name."""


class MissingScopeError(RefusedCallerError):
    """A known caller may not do this; `scope` is what they lack."""

    def __init__(self, scope: AccessScope) -> None:
        super().__init__("You are known here, but may not do this.")
        self.scope = scope


class OnePatientError(RefusedCallerError):
    """A caller who may see one patient alone asks for what is not of any one patient."""

    def __init__(self) -> None:
        super().__init__("You see one patient here, whom you opened from another system, and nothing else.")


class OtherPatientError(RefusedCallerError):
    """A caller who may see one patient alone asks for another: to them there is no such patient."""

    def __init__(self) -> None:
        super().__init__("There is nothing at this address.")


class IdentityAwayError(RefusedCallerError):
    """Whoever could say who this is, is away: asked again later, the same request may pass."""

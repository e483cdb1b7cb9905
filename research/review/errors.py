"""Why a packet cannot be made, or filled forms not be read."""


class ReviewError(ValueError):
    """The message is one sentence or more for whoever asked for it."""

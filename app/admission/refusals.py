"""Why work is not taken on, and when to come again."""


class RefusedError(Exception):
    """Not now; the message says why, to people, and nothing of what was asked."""

    def __init__(self, detail: str, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class FullError(RefusedError):
    """The service has as much in hand as it can do in a reasonable time."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("The service has its hands full. Try again shortly.", retry_after_s)


class TooLongError(RefusedError):
    """The work waited for its turn as long as any may."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("The service is too busy to do this in time. Try again shortly.", retry_after_s)


class QuotaError(RefusedError):
    """The caller takes more than one caller may; `policy` is the limit's name."""

    def __init__(self, detail: str, retry_after_s: int, policy: str) -> None:
        super().__init__(detail, retry_after_s)
        self.policy = policy

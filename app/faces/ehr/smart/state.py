"""What the endpoints of a launch take from the gateway's state."""

import time
from dataclasses import dataclass
from typing import Annotated, Self

from fastapi import Depends, Request

from app.admission.quota import Quota
from app.faces.http.session_cookies import CookieRules
from app.settings import Settings
from app.storage.sessions import Sessions
from app.usecases.ehr.connections import EhrConnections
from app.usecases.ehr.launching import Launching


@dataclass(frozen=True, slots=True)
class LaunchState:
    """`launching` is there where the service knows its own address. Times are in seconds: of a session, and
    of the wait for an answer."""

    ehr: EhrConnections
    sessions: Sessions
    launching: Launching | None
    cookies: CookieRules
    session_s: int
    answer_s: float
    begun: Quota
    """Launches that began within the minute, by address: whoever asks can begin one."""

    @classmethod
    def of(cls, settings: Settings, ehr: EhrConnections, sessions: Sessions) -> Self:
        """As the settings say."""
        url, leeway_s = settings.public_url, settings.clock_leeway_s
        return cls(
            ehr,
            sessions,
            Launching(ehr.trusted, ehr.smart, sessions, url, leeway_s) if url else None,
            CookieRules((url or "").startswith("https://"), bool(settings.ehr_frame_origins)),
            settings.ehr_session_s,
            settings.ehr_answer_s,
            Quota(settings.launches_per_minute, time.monotonic),
        )


async def _state(request: Request) -> LaunchState:
    state: LaunchState = request.state.launch
    return state


LaunchStateDep = Annotated[LaunchState, Depends(_state)]

"""What is sent, and when it is sent again."""

import json
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings import Settings
from app.usecases.webhooks.deliveries import pause_after
from app.usecases.webhooks.events import Event, Review
from app.usecases.webhooks.reviews import LOOKED_BACK_DAYS

KEPT = Settings.model_fields["webhook_kept_days"]
WAIT = Settings.model_fields["webhook_wait_s"]


@given(attempts=st.integers(1, 10_000))
def test_pauses_double_up_to_six_hours_and_half_as_much_again_at_most(attempts: int) -> None:
    least = min(60 * 2 ** min(attempts - 1, 20), 6 * 3600)
    assert timedelta(seconds=least) <= pause_after(attempts) <= timedelta(seconds=1.5 * least)


def test_receivers_that_failed_together_are_not_told_together_again() -> None:
    assert len({pause_after(1) for _ in range(20)}) > 1


def test_an_attempt_ends_before_the_next_may_begin() -> None:
    longest = max(bound.le for bound in WAIT.metadata if hasattr(bound, "le"))
    assert timedelta(seconds=longest) < timedelta(seconds=60) <= pause_after(1)


def test_that_a_review_was_told_of_is_kept_for_as_long_as_it_is_looked_for() -> None:
    shortest = min(bound.ge for bound in KEPT.metadata if hasattr(bound, "ge"))
    assert shortest > LOOKED_BACK_DAYS


@given(at=st.datetimes(timezones=st.just(UTC)), due=st.dates())
def test_of_a_review_the_plan_s_id_is_told_alone(at: datetime, due: date) -> None:
    plan = uuid4()
    told = json.loads(Event.review_due(Review(plan, due)).body(at))
    assert told == {
        "type": "plan.review_due",
        "timestamp": at.isoformat(),
        "data": {"plan_id": str(plan)},
    }


@pytest.mark.parametrize(
    ("name", "value"), [("WEBHOOK_WAIT_S", "31"), ("WEBHOOK_DAYS", "0"), ("WEBHOOK_KEPT_DAYS", "7")]
)
def test_settings_that_cannot_be_kept_are_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=name.lower()):
        Settings()

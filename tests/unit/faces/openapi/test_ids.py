"""Ids and times of the examples go together as those of the service do."""

from uuid import UUID

from app.faces.openapi import ids


def test_options_are_numbered_on_from_the_first() -> None:
    made = [ids.option_id(rank) for rank in range(1, 11)]
    assert made[0] == ids.OPTION_ID
    assert made == sorted(set(made))


def test_nothing_shares_an_id_with_another_thing() -> None:
    things = [
        ids.ANSWER_ID,
        ids.FEEDBACK_ID,
        ids.MEASUREMENT_ID,
        ids.JOB_ID,
        ids.UPLOAD_ID,
        *map(ids.option_id, range(1, 11)),
    ]
    assert len(set(things)) == len(things)


def test_ids_are_of_the_version_that_the_service_gives() -> None:
    for one in (
        ids.ANSWER_ID,
        ids.option_id(10),
        ids.FEEDBACK_ID,
        ids.MEASUREMENT_ID,
        ids.JOB_ID,
        ids.UPLOAD_ID,
    ):
        assert isinstance(one, UUID)
        assert one.version == 7


def test_things_happen_in_order() -> None:
    moments = [ids.ASKED, ids.SAID, ids.SENT, ids.STARTED, ids.FINISHED]
    assert moments == sorted(moments)
    assert all(moment.tzinfo is not None for moment in moments)

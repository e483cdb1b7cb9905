"""What is told of a plan has no more figures than mean something."""

from app.usecases.plans.told import Reached


def test_shares_are_told_to_four_decimals() -> None:
    change = {
        "feature": "steps",
        "label": "Steps",
        "unit": None,
        "from": 0,
        "to": 3,
        "now": 2,
        "reached": 2 / 3,
    }
    told = {"changes": [change], "following": [], "adherence": 0.5866666666666662, "estimate_now": 0.3}
    reached = Reached.model_validate(told | {"model_version": "2", "same_version": True})
    assert reached.adherence == 0.5867
    assert reached.changes[0].reached == 0.6667

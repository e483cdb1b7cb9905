"""`turnpoint augment` has words for each reason by which the service counts people who gave no row."""

from app.usecases.augmentation.row_generator import RejectionReason
from turnpoint.commands.augment import REASONS


def test_each_reason_has_words() -> None:
    assert set(REASONS) == set(RejectionReason)

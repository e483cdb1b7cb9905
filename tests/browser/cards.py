"""What a clinician does with a card."""

from playwright.sync_api import Locator, expect


def unfold(card: Locator) -> Locator:
    """The form of a card that makes it the plan."""
    card.locator("summary", has_text="Accept as plan").click()
    return card.locator("form.plan-form")


def accept(card: Locator) -> None:
    """With name, review date and note as they are filled in."""
    unfold(card).get_by_role("button", name="Make this the plan").click()
    expect(card.locator(".said")).to_contain_text("Accepted as the plan")

"""Days in words: when something was or will be, and how far away a review is."""

from datetime import date

from app.faces.http.pages.translation import gettext as _
from app.faces.http.pages.translation import ngettext


def day_text(day: date) -> str:
    """Such as "3 February 2027"."""
    return f"{day.day} {day:%B %Y}"


def review_text(days: int) -> str:
    """How far away a review is."""
    if days < 0:
        return ngettext("Review overdue by %(num)s day", "Review overdue by %(num)s days", -days)
    if days == 0:
        return _("Review due today")
    return ngettext("Review in %(num)s day", "Review in %(num)s days", days)

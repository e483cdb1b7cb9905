"""What a model did not see of a patient, as far as that is known of the model."""

from app.domain.schema import OWN_TABLE
from app.faces.http.pages.translation import gettext as _
from app.usecases.record.context import AnswerContext


def sees_no_record(context: AnswerContext) -> bool:
    """Whether no medicine, condition or history is among the features, which is known of no own table's."""
    return context.served is not None and context.served.model.schema.data.loader != OWN_TABLE


def incomplete(context: AnswerContext) -> str:
    """Why an option is not complete."""
    if sees_no_record(context):
        return _(
            "Not complete. The model saw the values above and nothing else: no medicines, no other "
            "conditions, no history."
        )
    return _("Not complete. The model saw the values above and nothing else.")


def outside(context: AnswerContext) -> str:
    """What a finding that nothing helps says nothing of."""
    if sees_no_record(context):
        return _(
            "This model saw the values on this page and nothing else: no medicines, no other conditions, no "
            "history. Treatment, measuring again, and advice that is good for everybody are outside it and "
            "not judged here."
        )
    return _(
        "This model saw the values on this page and nothing else. Other treatment, measuring again, and "
        "advice that is good for everybody are outside it and not judged here."
    )

"""When a model is too weak to go without a warning, whoever made it.

The rule of thumb of Hosmer, Lemeshow and Sturdivant (Applied Logistic Regression, 3rd edition, 2013, section
5.2.4): a ROC-AUC of 0.5 is guessing, below 0.7 poor, from 0.7 on acceptable, from 0.8 on excellent. The
interval counts too: a good figure on a handful of people shows nothing.
"""

from app.classifiers.card import Figures

ACCEPTABLE, GUESSING = 0.7, 0.5


def weaknesses(held_out: Figures | None) -> tuple[str, ...]:
    """The warnings that a model's figures on held-out people call for; none for one without figures."""
    if held_out is None:
        return ()
    auc = held_out.roc_auc
    if auc is None:
        return (
            "How well this model tells people with the outcome from people without it is not known: of the "
            f"{held_out.counted} too few have it, or too few have not.",
        )
    interval = f"95 % interval {auc.low:.2f} to {auc.high:.2f}"
    figure = f"ROC-AUC on {held_out.counted} is {auc.value:.2f} ({interval})"
    if auc.low <= GUESSING:
        return (f"This model is not shown to do better than guessing: {figure}; {GUESSING} is guessing.",)
    if auc.value < ACCEPTABLE:
        return (
            f"This model is weak: {figure}. Below {ACCEPTABLE} it tells people with the outcome from people "
            "without it poorly, and its options are little to go by.",
        )
    if auc.low < ACCEPTABLE:
        return (
            f"This model may be weak: {figure}. The interval begins below {ACCEPTABLE}, where a model tells "
            "people with the outcome from people without it poorly.",
        )
    return ()

"""The words of DiCE, as its users know them, in this client's own."""

from collections.abc import Mapping
from typing import Any, cast

from turnpoint.call import refuse_unknown
from turnpoint.errors import UnsendableError
from turnpoint.requests import RequestOptions

LOW = (None, "opposite", 0)


class TableOptions(RequestOptions, total=False):
    """What a question about a table may say: as about one patient, and in the words of DiCE.

    `total_CFs` is `count`. `features_to_vary` may be "all". `desired_class` is "opposite" or 0, the class of
    low risk: nobody is told how to raise a risk, so 1 is refused.
    """

    total_CFs: int | None  # noqa: N815 - as DiCE calls it
    desired_class: str | int | None


def own_words(method: str, options: Mapping[str, Any]) -> RequestOptions:
    """The options in this client's words.

    Raises:
        TypeError: one is unknown.
        UnsendableError: one asks for a higher risk, says a thing twice, or is about one patient alone.
    """
    refuse_unknown(method, options, TableOptions)
    told = dict(options)
    wanted = told.pop("desired_class", None)
    if isinstance(wanted, bool) or wanted not in LOW:
        raise UnsendableError(
            'desired_class is "opposite" or 0, the class of low risk: options lower a risk, and none is '
            "raised."
        )
    if (total := told.pop("total_CFs", None)) is not None:
        if told.get("count") is not None:
            raise UnsendableError("total_CFs and count are the same: give one of them.")
        told["count"] = total
    if isinstance(vary := told.get("features_to_vary"), str):
        if vary != "all":
            raise UnsendableError('features_to_vary is a list of names, or "all".')
        told["features_to_vary"] = None
    for name in ("fhir", "fhir_patient"):
        if told.get(name) is not None:
            raise UnsendableError(f"{name} is about one patient: ask with it about one at a time.")
    return cast(RequestOptions, told)

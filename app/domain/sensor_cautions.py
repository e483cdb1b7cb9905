"""What is to be known of a model that is told what a continuous glucose monitor measured."""

from app.domain.feature import Device
from app.domain.schema import FeatureSchema
from app.domain.wording import and_list, inline


def sensor_cautions(schema: FeatureSchema) -> tuple[str, ...]:
    """Cautions for card and page; none where no feature is of such a sensor."""
    told = [inline(one.label) for one in schema.features if one.device is Device.CGM]
    if not told:
        return ()
    return (
        f"Of a continuous glucose monitor the model is told summary metrics alone ({and_list(told)}), never "
        "the readings or their pattern.",
        "Published summaries of the FDA's guidance on clinical decision support software of January 2026 "
        "name the readings of such a monitor as a pattern, and software that reads one as outside the usual "
        "exemption of decision support from regulation as a device. What that means for a use is for whoever "
        "is responsible for it to clear: this is a caution, not legal advice.",
    )

"""Names that no feature may have."""

RESERVED = frozenset(
    {
        "seqn",
        "person",
        "outcome",
        "site",
        "label",
        "source_row",
        "source_id",
        "rank",
        "risk",
        "reached",
        "reduction",
        "verified",
        "neighbour_distance",
    }
    | {
        "nearest_real_distance",
        "nearest_own_distance",
        "nearest_others_distance",
        "generator",
        "model",
        "model_version",
    }
)
"""What stands beside the features in tables of people and of augmented rows."""

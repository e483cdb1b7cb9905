"""What can go wrong while fine-tuning."""


class FinetuningError(RuntimeError):
    """Said to the user in its own words."""

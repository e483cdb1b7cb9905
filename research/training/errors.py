"""What goes wrong in training."""


class TrainingError(RuntimeError):
    """A model cannot be trained as it stands; the message is one sentence for the person at the console."""

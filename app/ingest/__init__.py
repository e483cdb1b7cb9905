"""What other systems know of a patient, read into a model's features."""

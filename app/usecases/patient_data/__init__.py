"""All of a patient's data at once: given out, taken away, kept no longer than it may be."""

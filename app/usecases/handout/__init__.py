"""What a patient's handout tells of a plan, from the record."""

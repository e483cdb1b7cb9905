"""What language models propose, before anything is repaired."""

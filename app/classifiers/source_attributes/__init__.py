"""What is known of each source attribute of a hosted model, and what is not and why."""

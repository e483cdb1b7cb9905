"""UCI Heart Disease: where it comes from, how it is read, and what a clinician should know of it."""

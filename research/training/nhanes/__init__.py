"""NHANES 2017-2018: where it comes from, who is taken from it, and what a clinician should know of it."""

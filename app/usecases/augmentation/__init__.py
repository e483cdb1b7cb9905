"""Batch jobs that make verified rows of a class whose labels are scarce."""

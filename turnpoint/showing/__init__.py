"""Answers as rows, DataFrames and HTML: what options change, beside what they depart from."""

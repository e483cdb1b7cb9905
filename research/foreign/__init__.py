"""Classifiers that somebody trained elsewhere, read into trees that the exact search can see."""

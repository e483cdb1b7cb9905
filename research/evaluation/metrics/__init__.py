"""Evaluating answers by measures that none of the methods was told of."""

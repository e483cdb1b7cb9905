"""By how much numbers may differ and still be equal, or lie beyond a bound and still keep it.

Each has its size from what makes the numbers inexact: decimals that binary fractions cannot hold, sums in
another order, single precision. Compiled functions take constants from here (`app.compiled`), so this module
imports nothing.
"""

SAME = 1e-9
"""Efforts, shares, log-odds or counts of steps that differ by less are equal: each is a sum of some numbers
in double precision, which is off by far less, and different ones are further apart."""
SAME_DECIMALS = 9
"""The same for sorting: efforts are equal if they are when rounded to so many decimals."""
LEAST_EFFORT = 1e-9
"""What is divided by an effort is divided by no less, since an effort may be 0."""
SAME_RISK = 1e-6
"""Risks that differ by less are equal: they are single-precision numbers, up to 6e-8 apart from one to the
next, of log-odds that are sums of some hundred such."""
JUST_ABOVE = 1e-7
"""A little more than from one single-precision risk to the next. A risk at the threshold is low; in the
complement, where high and low change places, it must not pass for low as well."""
MARGIN_SLACK = 1e-5
"""Of log-odds: the search adds trees up in double precision, the classifier in single. Rounding must not let
a candidate pass for out of reach that the classifier would accept."""
VALUE_SLACK = 1e-7
"""Of a feature's value, and of a relation between values: what lies beyond a bound by less keeps it. Less
than the last decimal of a value (the sixth), and more than the error of summing some."""
GIVEN_SLACK = 1e-6
"""Of numbers that people wrote into a schema, a file or a request: sums and multiples of decimals are not
exact. Less than the last decimal of what is written (`feature_checks.LEAST_PRECISION`)."""
PROBABILITY_SLACK = 1e-6
"""How far beyond [0, 1] a probability may lie that a classifier elsewhere summed up in single precision."""

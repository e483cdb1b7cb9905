"""The public alias `turnpoint.client` of what `turnpoint` offers."""

from turnpoint import *  # noqa: F403 (what it offers is listed there)

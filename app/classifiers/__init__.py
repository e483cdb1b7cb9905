"""The hosted classifiers and what is shipped beside them."""

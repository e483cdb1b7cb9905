"""What is counted. Labels come from closed sets: no id, no value, no path."""

from prometheus_client import Counter, Histogram

REQUESTS = Histogram(
    "turnpoint_request_seconds",
    "Time to answer a request.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
ANSWERS = Counter("turnpoint_answers", "Answers given.", ["model", "version", "status", "cached", "degraded"])

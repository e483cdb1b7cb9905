"""What is counted. Labels come from closed sets: no id, no value, no path."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram(
    "turnpoint_request_seconds",
    "Time to answer a request.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
ANSWERS = Counter("turnpoint_answers", "Answers given.", ["model", "version", "status", "cached", "degraded"])

LANE_THREADS = Gauge("turnpoint_lane_threads", "Threads of a lane.", ["lane"])
LANE_BUSY = Gauge("turnpoint_lane_busy", "Threads of a lane that are at work.", ["lane"])
LANE_BUSY_S = Counter("turnpoint_lane_busy_seconds", "Seconds that threads of a lane were at work.", ["lane"])
LANE_QUEUE = Gauge("turnpoint_lane_queue", "Pieces of work that wait for a thread of a lane.", ["lane"])
LANE_WAIT = Histogram(
    "turnpoint_lane_wait_seconds",
    "How long work waited for a thread of a lane.",
    ["lane"],
    buckets=(0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
LANE_REFUSED = Counter("turnpoint_lane_refused", "Pieces of work that a lane refused.", ["lane", "reason"])
REQUESTS_IN_HAND = Gauge("turnpoint_requests_in_hand", "Requests in hand, by class of work.", ["work"])
REQUESTS_REFUSED = Counter(
    "turnpoint_requests_refused", "Requests refused before they were read.", ["work", "reason"]
)

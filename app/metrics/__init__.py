"""What is counted. Labels come from closed sets: no id, no value, no path.

Gauges say how figures of several processes become one, where a gateway has several.
"""

from prometheus_client import Counter, Gauge, Histogram

_REQUEST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_WAIT_S = (0.001, 0.005, 0.025, 0.1, 0.5, 1, 2.5, 5)
_TASK_S = (0.1, 0.5, 1, 5, 15, 60, 300, 1800)
SHADOW_EDGES = (-0.5, -0.2, -0.1, -0.05, -0.02, -0.01, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Of one risk less another; each bin has its upper end. The record counts by the same."""

REQUESTS = Histogram(
    "turnpoint_request_seconds",
    "Time to answer a request.",
    ["method", "route", "status"],
    buckets=_REQUEST_S,
)
IN_FLIGHT = Gauge("turnpoint_requests_in_flight", "Requests being answered.", multiprocess_mode="livesum")
ANSWERS = Counter("turnpoint_answers", "Answers given.", ["model", "version", "status", "cached", "degraded"])
REFINEMENTS = Counter("turnpoint_refinements", "Hurried answers that were worked out whole.", ["outcome"])
AUDIT_FAILURES = Counter("turnpoint_audit_failures", "Refusals and failures that could not be put on record.")
CDS_CARDS = Counter("turnpoint_cds_cards", "Calls of CDS services, by what was shown.", ["hook", "indicator"])
CDS_FEEDBACK = Counter("turnpoint_cds_feedback", "Feedback on cards, by what was told.", ["outcome"])
CDS_TOKENS_REFUSED = Counter(
    "turnpoint_cds_tokens_refused", "Tokens of CDS clients that were not let in.", ["reason"]
)

LLM_QUESTIONS = Histogram(
    "turnpoint_llm_seconds",
    "Time of a question to the language model, by what came of it.",
    ["outcome"],
    buckets=_REQUEST_S,
)
BREAKER_OPEN = Gauge(
    "turnpoint_breaker_open",
    "1 while a part failed too often and is left alone, but for probes.",
    ["part"],
    multiprocess_mode="livemax",
)
CACHE_COMMANDS = Counter(
    "turnpoint_cache_commands", "Reads and writes of the cache, by what came of them.", ["command", "outcome"]
)

DATABASE_CONNECTIONS = Gauge(
    "turnpoint_database_connections", "Open connections to PostgreSQL.", multiprocess_mode="livesum"
)
DATABASE_IN_USE = Gauge(
    "turnpoint_database_connections_in_use",
    "Connections to PostgreSQL that are at work.",
    multiprocess_mode="livesum",
)
DATABASE_CONNECTIONS_MOST = Gauge(
    "turnpoint_database_connections_most",
    "Connections to PostgreSQL that there may be.",
    multiprocess_mode="livesum",
)
DATABASE_WAITING = Gauge(
    "turnpoint_database_waiting",
    "Units of work that wait for a connection to PostgreSQL.",
    multiprocess_mode="livesum",
)
DATABASE_WAITS = Histogram(
    "turnpoint_database_wait_seconds",
    "Time until a unit of work had its connection, by whether it got one.",
    ["outcome"],
    buckets=_WAIT_S,
)

QUEUE_READ = Gauge(
    "turnpoint_queue_read",
    "1 if the queue of batch jobs could be read of late.",
    multiprocess_mode="livemostrecent",
)
QUEUE_TASKS = Gauge(
    "turnpoint_queue_tasks",
    "Tasks of batch jobs, waiting and running.",
    ["task", "state"],
    multiprocess_mode="livemostrecent",
)
QUEUE_OLDEST = Gauge(
    "turnpoint_queue_oldest_seconds",
    "Age of the oldest task that waits; 0 if none does.",
    ["task"],
    multiprocess_mode="livemostrecent",
)
TASKS = Histogram(
    "turnpoint_task_seconds",
    "Time that a worker took for a task, by what came of it.",
    ["task", "outcome"],
    buckets=_TASK_S,
)
WEBHOOKS = Counter(
    "turnpoint_webhooks",
    "Attempts to tell a receiver of an event, by what came of them; and events that are given up.",
    ["outcome"],
)
UNREADABLE = Counter(
    "turnpoint_unreadable_requests", "What came over connections and is no request, or too large.", ["status"]
)
LOG_LINES_LOST = Counter("turnpoint_log_lines_lost", "Log lines that could not be written.")

LANE_THREADS = Gauge("turnpoint_lane_threads", "Threads of a lane.", ["lane"], multiprocess_mode="livesum")
LANE_BUSY = Gauge(
    "turnpoint_lane_busy", "Threads of a lane that are at work.", ["lane"], multiprocess_mode="livesum"
)
LANE_BUSY_S = Counter("turnpoint_lane_busy_seconds", "Seconds that threads of a lane were at work.", ["lane"])
LANE_QUEUE = Gauge(
    "turnpoint_lane_queue",
    "Pieces of work that wait for a thread of a lane.",
    ["lane"],
    multiprocess_mode="livesum",
)
LANE_WAIT = Histogram(
    "turnpoint_lane_wait_seconds",
    "How long work waited for a thread of a lane.",
    ["lane"],
    buckets=_REQUEST_S,
)
SEARCH_PROCESSES = Gauge(
    "turnpoint_search_processes", "Processes that search for this one.", multiprocess_mode="livesum"
)
SEARCH_PROCESSES_ENDED = Counter(
    "turnpoint_search_processes_ended", "Search processes that ended in the middle of a question."
)
SEARCHES_WITHOUT_PROCESS = Counter(
    "turnpoint_searches_without_process", "Searches that a gateway did itself since no process was to be had."
)
LANE_REFUSED = Counter("turnpoint_lane_refused", "Pieces of work that a lane refused.", ["lane", "reason"])
REQUESTS_IN_HAND = Gauge(
    "turnpoint_requests_in_hand",
    "Requests in hand, by class of work.",
    ["work"],
    multiprocess_mode="livesum",
)
REQUESTS_REFUSED = Counter(
    "turnpoint_requests_refused", "Requests refused before they were read.", ["work", "reason"]
)


def _drift_gauge(name: str, what: str, *by: str) -> Gauge:
    """Of a version; every process reads the same record, so that the newest reading counts."""
    return Gauge(name, what, ["model", "version", *by], multiprocess_mode="livemostrecent")


DRIFT_QUESTIONS = _drift_gauge(
    "turnpoint_drift_questions",
    "People who were asked about in the last DRIFT_DAYS days, all tenants together.",
)
DRIFT_PSI = _drift_gauge(
    "turnpoint_drift_psi",
    "Population stability index of a feature, or of the risk, against the reference; NaN of too few.",
    "feature",
)
DRIFT_UNKNOWN = _drift_gauge(
    "turnpoint_drift_unknown_share",
    "Share of those asked about of whom a feature is not known.",
    "feature",
)
DRIFT_OUT_OF_RANGE = _drift_gauge(
    "turnpoint_drift_out_of_range_share",
    "Share of those asked about outside of the range that was observed in training.",
    "feature",
)
DRIFT_RISK_MEAN = _drift_gauge(
    "turnpoint_drift_risk_mean",
    "Mean risk, of those asked about and of the reference population.",
    "of",
)
DRIFT_HIGH = _drift_gauge(
    "turnpoint_drift_high_share",
    "Share with a risk above the decision threshold, of those asked about and of the reference population.",
    "of",
)
SHADOW_DIFFERENCE = Histogram(
    "turnpoint_shadow_risk_difference",
    "The risk by a version that scores beside, less that by the version that answered.",
    ["model", "version", "shadow"],
    buckets=SHADOW_EDGES,
)
SHADOW_PEOPLE = Counter(
    "turnpoint_shadow_people",
    "People who were to be scored by another version too, by what the labels are, or why they were not.",
    ["model", "version", "shadow", "outcome"],
)
WATCH_FAILURES = Counter(
    "turnpoint_watch_failures",
    "What could not be counted of questions (count) or added to the record (flush).",
    ["step"],
)

"""The tables of the study: what each column is, and what is counted over whom."""

from research.evaluation.reporting.tables import Column, TableSpec

RIGHT = TableSpec(
    "Is the first answer right?",
    "Percentages. Answered, valid, strict and doable are of all asked (a time-out or crash counts as no), "
    "'of those with a solution' leaves out people for whom no method found a doable answer; the others "
    "are of the answers returned. Near: as near to real people of the low class as 95 % of them are; joint: "
    "its values come together as readily as those of 95 % of them. Strict: valid, fixed features kept, in "
    "the observed range, on the measurement grid, relations kept, near. Doable: strict, what the "
    "schema links follows, and every move is in its direction, limit and largest change.",
    (
        Column("answered", "answered"),
        Column("valid", "valid"),
        Column("fixed_kept", "fixed kept"),
        Column("in_range", "in range"),
        Column("on_grid", "on grid"),
        Column("relations_kept", "relations"),
        Column("typical", "near"),
        Column("likely", "joint"),
        Column("strict", "strict", interval=True),
        Column("strict_grid_aside", "strict, grid aside"),
        Column("strict_solvable", "strict, of those with a solution", interval=True),
        Column("links_kept", "links"),
        Column("actionable", "actionable"),
        Column("doable", "doable"),
        Column("doable_solvable", "doable, of those with a solution", interval=True),
    ),
)
FREELY_RIGHT = TableSpec(
    RIGHT.title,
    "Percentages. Answered, valid and strict are of all asked (a time-out or crash counts as no); the others "
    "are of the answers returned. Near: as near to real people of the low class as 95 % of them are; joint: "
    "its values come together as readily as those of 95 % of them. Strict: valid, in the observed range, on "
    "the measurement grid, relations kept, near.",
    [
        column
        for column in RIGHT.columns
        if column.key
        in {
            "answered",
            "valid",
            "in_range",
            "on_grid",
            "relations_kept",
            "typical",
            "likely",
            "strict",
            "strict_grid_aside",
        }
    ],
)
ASKING = TableSpec(
    "What does it ask?",
    "Over valid answers: features changed (mean; followers of a link aside), effort in the setting's unit, "
    "and its ratio to Turnpoint's (medians over the people both answered); proximity as L1 in standard "
    "deviations, in median absolute deviations, and HEOM (medians); changes each of which is needless "
    "(mean); trivial: nothing moved by 0.1 sd (%).",
    (
        Column("changes", "features changed", decimals=1, interval=True),
        Column("effort", "effort", decimals=2, interval=True),
        Column("effort_ratio", "/ Turnpoint's", decimals=2),
        Column("distance", "L1/sd", decimals=2),
        Column("mads", "L1/MAD", decimals=2),
        Column("heom", "HEOM", decimals=2),
        Column("redundant", "redundant", decimals=1),
        Column("trivial", "trivial"),
    ),
)
HOLDING = TableSpec(
    "Does it hold?",
    "Over valid answers: survival (mean %) of 20 new bootstrap refits, of 64 new draws of measurement noise, "
    "and of the shipped committee. Holds: at least 85 % of new refits and of new noise; the last three "
    "columns are of all asked, and of those with a solution.",
    (
        Column("refits", "refits", interval=True),
        Column("noise", "noise", interval=True),
        Column("committee", "committee"),
        Column("holds", "holds"),
        Column("strict_holds", "strict and holds"),
        Column("doable_holds", "doable and holds"),
        Column("doable_holds_solvable", "same, of those with a solution", interval=True),
    ),
)
FREELY_HOLDING = TableSpec(
    HOLDING.title,
    "Over valid answers: survival (mean %) of 20 new bootstrap refits, of 64 new draws of measurement noise, "
    "and of the shipped committee. Holds: at least 85 % of new refits and of new noise; strict and holds: of "
    "all asked.",
    HOLDING.columns[:5],
)
WHERE_IT_HOLDS = TableSpec(
    "The same, of people for whom a robust way exists",
    "People for whom Turnpoint's exact search found an option that holds in at least 90 % of the shipped "
    "committee, of its draws of noise and of partial adherence; for the others it proved that there is none.",
    HOLDING.columns,
)
SPEED = TableSpec(
    "How long does it take?",
    "One core, one thread, everything loaded and warmed up; a language model has a server of its own on all "
    "cores, whose time is in the wall clock alone. CPU time of the whole process and wall-clock time for one "
    "person, over all asked; answered: median CPU time of those who got an answer. / Turnpoint's: ratio of "
    "median CPU times over the people both answered. Memory: the most that the process held, MB. How asking "
    "ended, in people; proved: the method says that its answer is the best by its own measure, or that there "
    "is none.",
    (
        Column("cpu_ms", "CPU ms, median", decimals=1),
        Column("cpu_ms_p95", "p95", decimals=1),
        Column("cpu_ms_answered", "CPU ms, answered", decimals=1),
        Column("cpu_ratio", "/ Turnpoint's", decimals=2),
        Column("wall_ms", "wall ms, median", decimals=1),
        Column("wall_ms_p95", "p95", decimals=1),
        Column("memory", "memory"),
        Column("found", "answered"),
        Column("none", "said none"),
        Column("crashed", "crashed"),
        Column("killed", "killed"),
        Column("proved", "proved"),
    ),
)
SEVERAL = TableSpec(
    "Several answers",
    "Answers for each person asked (mean), shares of the answers returned (%), and between two answers of "
    "one person: L1/sd apart, Jaccard distance of the features changed (0 the same ones, 1 none in common); "
    "DPP: the determinant of 1 / (1 + L1/sd) over a person's answers.",
    (
        Column("got", "answers", decimals=2),
        Column("strict", "strict"),
        Column("doable", "doable"),
        Column("holds", "holds"),
        Column("pairwise_distance", "L1/sd apart", decimals=2, interval=True),
        Column("jaccard", "Jaccard", decimals=2, interval=True),
        Column("dpp", "DPP", decimals=2),
    ),
)
STABILITY = TableSpec(
    "The same person twice",
    "Asked again, with another seed where a method takes one: people, and % of them who got an answer both "
    "times or neither; of those with two answers, % that change the same features, that are equal to the "
    "last digit, and the overlap of features changed (1: the same ones).",
    (
        Column("twice", "people"),
        Column("same_ending", "same ending"),
        Column("same_features", "same features"),
        Column("same_row", "same answer"),
        Column("overlap", "overlap", decimals=2, interval=True),
    ),
)
REAL = TableSpec(
    "Real people before the same judges",
    "Held-out people, nothing changed: survival (mean %) of a low prediction, and how many are as near to "
    "others, and as likely, as 95 % of the low class are.",
    (
        Column("people", "people"),
        Column("typical", "near"),
        Column("likely", "joint"),
        Column("refits", "refits"),
        Column("noise", "noise"),
        Column("committee", "committee"),
    ),
    first="held-out people",
)

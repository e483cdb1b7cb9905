"""A record of as many patients as are wanted, written past the gateway: invented, and the same each time."""

from typing import Any

import psycopg

_PEOPLE = """
WITH people AS (
    SELECT n,
        %(prefix)s::text || n::text AS id,
        %(model)s::text AS model,
        (n::bigint * 7919 %% 1000) / 1000.0 AS risk,
        CASE WHEN n::bigint * 7919 %% 1000 > 660 THEN 'clear_high'
            WHEN n::bigint * 7919 %% 1000 > 330 THEN 'unclear' ELSE 'clear_low' END AS certainty,
        now() - (n::bigint * 37 %% 500000) * interval '1 minute' AS at,
        gen_random_uuid() AS prediction, gen_random_uuid() AS answer
    FROM generate_series(1, %(people)s) AS n
), patient AS (
    INSERT INTO patients (id) SELECT id FROM people WHERE %(new)s
), prediction AS (
    INSERT INTO predictions (id, created_at, model_name, model_version, model_digest, risk, threshold, label,
        band, certainty)
    SELECT prediction, at, model, '1', 'd', risk, 0.5, CASE WHEN risk > 0.5 THEN 'high' ELSE 'low' END,
        ARRAY[risk, risk], certainty
    FROM people
), answer AS (
    INSERT INTO answers (id, created_at, patient_id, prediction_id, question_digest, features, target,
        constraints, count, min_robustness, generator, status)
    SELECT answer, at, id, prediction, 'd', '{}', 0.5, '{}', 4, 0.9, 'auto', 'found' FROM people
), options AS (
    INSERT INTO counterfactuals (id, answer_id, rank, risk, effort, fragile, generator, changes, linked,
        features, plausibility, robustness, summary)
    SELECT gen_random_uuid(), answer, rank, 0.4, 1.5, false, 'search', '[]', '[]', '{}', '{}', '{}', 'It.'
    FROM people CROSS JOIN generate_series(1, 3) AS rank RETURNING id, answer_id
), said AS (
    INSERT INTO feedback (id, counterfactual_id, verdict, reason)
    SELECT gen_random_uuid(), options.id, 'declined', 'preference'
    FROM options JOIN people ON people.answer = options.answer_id WHERE n %% 5 = 0
), request AS (
    INSERT INTO requests (id, answer_id, asked_at, correlation_id, cached)
    SELECT gen_random_uuid(), answer, at, 'c', false FROM people
), plan AS (
    INSERT INTO plans (id, patient_id, answer_id, model_name, model_version, name, changes, linked,
        brought_along, features, risk_before, risk_planned, review_on)
    SELECT gen_random_uuid(), id, answer, model, '1', 'Plan ' || n::text, '[]', '[]', '[]', '{}', risk, 0.4,
        current_date + (n %% 400 - 200)::int
    FROM people WHERE n %% 4 = 0 RETURNING id, patient_id, review_on
)
INSERT INTO worklist (patient_id, model_name, answer_id, asked_at, risk, certainty, is_declined, plan_id,
    is_planned, review_on)
SELECT people.id, model, answer, at, risk, certainty, n %% 5 = 0, plan.id, plan.id IS NOT NULL,
    coalesce(plan.review_on, '9999-12-31')
FROM people LEFT JOIN plan ON plan.patient_id = people.id
"""


def add_patients(
    database: "psycopg.Connection[tuple[Any, ...]]", people: int, prefix: str, model: str, new: bool = True
) -> None:
    """Patients `prefix1` to `prefixN`, each with an answer of three options, seen over the last year.

    A third each is clearly above, unclear and clearly below; a fifth has declined all; a quarter has a plan,
    half of these with a review that is due. With `new` False they are patients that there are already.
    """
    database.execute(_PEOPLE, {"people": people, "prefix": prefix, "model": model, "new": new})
    database.execute("ANALYZE")

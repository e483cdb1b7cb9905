"""The audit: rows in a chain of hashes, added by one function, and refused every change.

The function works with the rights of whoever migrates. A service with a role of its own needs nothing but to
execute it, and to read: it can neither change an event, nor take one away, nor write a hash that does not fit.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_OWN = sa.text("NULLIF(current_setting('turnpoint.tenant', true), '')")

_CANONICAL = """
CREATE FUNCTION audit_canonical(VARIADIC fields text[]) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT convert_to(
        string_agg(coalesce(octet_length(convert_to(f, 'UTF8')) || ':' || f, '-'), ',' ORDER BY place), 'UTF8'
    )
    FROM unnest(fields) WITH ORDINALITY AS given (f, place)
$$
"""
"""Fields as text, each behind its length in bytes, one that is not there as a hyphen: no two rows are alike."""

_APPEND = """
CREATE FUNCTION audit_append(given jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, {schema}, pg_temp AS $$
DECLARE
    of_tenant text := NULLIF(current_setting('turnpoint.tenant', true), '');
    head audit_heads;
    one record;
    event audit_events;
BEGIN
    SELECT * INTO head FROM audit_heads WHERE tenant = of_tenant FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO audit_heads (tenant, seq, hash) VALUES (of_tenant, 0, '') ON CONFLICT DO NOTHING;
        SELECT * INTO STRICT head FROM audit_heads WHERE tenant = of_tenant FOR UPDATE;
    END IF;
    FOR one IN SELECT * FROM jsonb_to_recordset(given) AS e (
        actor text, actor_kind text, actor_source text, on_behalf_of text, action text, entity text,
        entity_id uuid, patient uuid, patient_id text, answer_id uuid, route text, outcome text, correlation_id text,
        request_id text, address text, detail text
    ) LOOP
        event.tenant := of_tenant;
        event.seq := head.seq + 1;
        event.id := gen_random_uuid();
        event.at := clock_timestamp();
        event.actor := one.actor;
        event.actor_kind := one.actor_kind;
        event.actor_source := one.actor_source;
        event.on_behalf_of := one.on_behalf_of;
        event.action := one.action;
        event.entity := one.entity;
        event.entity_id := one.entity_id;
        event.answer_id := one.answer_id;
        event.route := one.route;
        event.outcome := one.outcome;
        event.correlation_id := one.correlation_id;
        event.request_id := one.request_id;
        event.address := one.address;
        event.detail := one.detail;
        event.patient := one.patient;
        IF one.patient IS NOT NULL THEN
            NULL; -- of one who is on record no more
        ELSIF one.patient_id IS NOT NULL THEN
            SELECT pseudonym INTO event.patient FROM patients
            WHERE tenant = of_tenant AND id = one.patient_id;
        ELSIF one.answer_id IS NOT NULL THEN
            SELECT p.pseudonym INTO event.patient
            FROM answers a JOIN patients p ON p.tenant = a.tenant AND p.id = a.patient_id
            WHERE a.tenant = of_tenant AND a.id = one.answer_id;
        END IF;
        event.hash := sha256(head.hash || audit_canonical(
            event.tenant, event.seq::text, event.id::text,
            (extract(epoch FROM event.at) * 1000000)::bigint::text,
            event.actor, event.actor_kind, event.actor_source, event.on_behalf_of,
            event.action, event.entity, event.entity_id::text, event.patient::text, event.answer_id::text,
            event.route, event.outcome, event.correlation_id, event.request_id, event.address, event.detail
        ));
        INSERT INTO audit_events SELECT event.*;
        head.seq := event.seq;
        head.hash := event.hash;
    END LOOP;
    UPDATE audit_heads SET seq = head.seq, hash = head.hash WHERE tenant = of_tenant;
    RETURN head.seq;
END
$$
"""
_REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is added to and never changed' USING ERRCODE = 'insufficient_privilege';
END
$$
"""
_FORWARD = """
CREATE FUNCTION audit_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.tenant <> OLD.tenant OR NEW.seq < OLD.seq OR (NEW.seq = OLD.seq AND NEW.hash <> OLD.hash) THEN
        RAISE EXCEPTION 'the audit goes forward alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$
"""
_TRIGGERS = (
    "CREATE TRIGGER audit_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_heads_stay BEFORE DELETE OR TRUNCATE ON audit_heads "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    "CREATE TRIGGER audit_heads_go_forward BEFORE UPDATE ON audit_heads "
    "FOR EACH ROW EXECUTE FUNCTION audit_forward()",
)
_FUNCTIONS = (
    "audit_append(jsonb)",
    "audit_canonical(text[])",
    "audit_refuse()",
    "audit_forward()",
)


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("tenant", sa.Text(), nullable=False, server_default=_OWN),
        sa.Column("seq", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_source", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text()),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid()),
        sa.Column("patient", sa.Uuid()),
        sa.Column("answer_id", sa.Uuid()),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text()),
        sa.Column("address", sa.Text()),
        sa.Column("detail", sa.Text()),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "seq", name="pk_audit_events"),
        sa.UniqueConstraint("id", name="uq_audit_events_id"),
    )
    for columns in (["tenant", "patient", "seq"], ["tenant", "actor", "seq"], ["tenant", "at"]):
        op.create_index("_".join(["ix_audit_events", *columns]), "audit_events", columns)
    op.create_table(
        "audit_heads",
        sa.Column("tenant", sa.Text(), nullable=False, server_default=_OWN),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name="pk_audit_heads"),
    )
    schema = op.get_bind().execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
    op.get_bind().exec_driver_sql(_CANONICAL)
    op.get_bind().exec_driver_sql(_APPEND.format(schema=schema))
    for statement in (_REFUSE, _FORWARD, *_TRIGGERS):
        op.execute(statement)
    for function in _FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")


def downgrade() -> None:
    op.drop_table("audit_heads")
    op.drop_table("audit_events")
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")

"""Tenants: every row belongs to one, and a session sees the rows of its own alone.

The database fills the column in from the transaction's own setting, so that no statement can forget it: a row
without a tenant is refused. What is read, updated or deleted through SQLAlchemy's mapped classes is limited
here, in one place; the database limits every statement, as a second wall.
"""

from typing import Any

from sqlalchemy import Text, event, text
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria

SETTING = "turnpoint.tenant"
"""Of a transaction, by `set_config`."""
OWN_TENANT = text(f"NULLIF(current_setting('{SETTING}', true), '')")
"""The tenant of the transaction; NULL outside, which no column takes."""
SERVICE_ROLE = "turnpoint_service"
"""Whom each unit of work acts as, in its transaction: row-level security binds it (`row_security`)."""
SET_TENANT = text(
    f"SELECT set_config('{SETTING}', :tenant, true), set_config('role', '{SERVICE_ROLE}', true)"
)
SET_OWNERS_TENANT = text(f"SELECT set_config('{SETTING}', :tenant, true)")
"""For what the service's role may not do: the unit of work acts as whoever connected."""

ONE_PATIENT = "turnpoint.patient"
"""Of a transaction of who may see one patient alone: that patient's id."""
SET_PATIENT = text(f"SELECT set_config('{ONE_PATIENT}', :patient, true)")


class OfTenant:
    """A table whose rows belong to tenants."""

    tenant: Mapped[str] = mapped_column(Text, server_default=OWN_TENANT, sort_order=100)


class TenantKey:
    """The same, where two tenants may use the same key."""

    tenant: Mapped[str] = mapped_column(Text, primary_key=True, server_default=OWN_TENANT, sort_order=-1)


class TenantSession(Session):
    """A session that sees one tenant: `info["tenant"]`."""


@event.listens_for(TenantSession, "do_orm_execute")
def within_tenant(state: ORMExecuteState) -> None:
    if not (state.is_select or state.is_update or state.is_delete):
        return
    tenant = state.session.info["tenant"]
    for kind in (OfTenant, TenantKey):
        state.statement = state.statement.options(_only(kind, tenant))


def _only(kind: type[Any], tenant: str) -> Any:
    return with_loader_criteria(kind, lambda row: row.tenant == tenant, include_aliases=True)

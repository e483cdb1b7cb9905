"""Taking one wall between tenants away, to see whether the other holds by itself."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import pytest
from sqlalchemy import event, text

import app.storage.database
from app.storage.tenancy import SETTING, TenantSession, within_tenant


@contextmanager
def session_alone() -> Iterator[None]:
    """A unit of work acts as whoever connected: a superuser, whom no policy binds."""
    with pytest.MonkeyPatch.context() as patch:
        tenant_alone = text(f"SELECT set_config('{SETTING}', :tenant, true)")
        patch.setattr(app.storage.database, "SET_TENANT", tenant_alone)
        yield


@contextmanager
def database_alone() -> Iterator[None]:
    """Statements go to the database as the use cases put them."""
    if not event.contains(TenantSession, "do_orm_execute", within_tenant):
        yield  # it is away already
        return
    event.remove(TenantSession, "do_orm_execute", within_tenant)
    try:
        yield
    finally:
        event.listen(TenantSession, "do_orm_execute", within_tenant)


@contextmanager
def no_wall() -> Iterator[None]:
    with session_alone(), database_alone():
        yield


WALLS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "both walls": nullcontext,
    "the session alone": session_alone,
    "the database alone": database_alone,
}

"""About which hosted versions a fine-tuned language model is asked: its own, and those that gain by it."""

import structlog

from app.classifiers.folder import ModelFolderError
from app.domain.carried_over import CarriedOver
from app.engine.registry import ModelRegistry, ServedModel
from app.proposers.llm.adapter import AdapterError, AdapterManifest, adapter_manifest
from app.proposers.llm.carry_over import CarryOver, CarryOverError, read_carry_over

_log = structlog.get_logger()


def served_adapter(registry: ModelRegistry) -> AdapterManifest | None:
    """What a fine-tuned language model was made with: one server runs one adapter, the default version's.

    Of a default version without one, that which carries over to it.

    Raises:
        ModelFolderError: its manifest is none.
    """
    default = registry.named(None)
    own = _adapter_of(default)
    if own is not None or (measured := _measured_of(default)) is None or not measured.is_better:
        return own
    others = (_adapter_of(other) for other in registry)
    return next((one for one in others if one and measured.is_of(one)), None)


def taught_versions(registry: ModelRegistry, adapter: AdapterManifest | None) -> frozenset[str]:
    """The references of the versions that ship these very weights: no others were taught.

    Raises:
        ModelFolderError: an adapter's manifest is none.
    """
    shipped = ((served.model.reference, _adapter_of(served)) for served in registry)
    return frozenset(
        reference for reference, own in shipped if adapter and own and own.digest == adapter.digest
    )


def carried_versions(
    registry: ModelRegistry, adapter: AdapterManifest | None, taught: frozenset[str]
) -> dict[str, CarriedOver]:
    """The versions that these weights were not taught but are better about than few-shot, by reference.

    Where a measurement is void, or says that they are not, the log does.
    """
    carried: dict[str, CarriedOver] = {}
    if adapter is None:
        return carried
    for served in registry:
        reference = served.model.reference
        if reference in taught or (measured := _measured_of(served)) is None:
            continue
        if not measured.is_of(adapter):
            _log.warning("lessons_do_not_carry_over", model=reference, why="measured with another adapter")
        elif not measured.is_better:
            _log.info("lessons_do_not_carry_over", model=reference, why="not clearly better than few-shot")
        else:
            carried[reference] = measured.told
            _log.info("lessons_carry_over", model=reference, told=measured.told.words)
    return carried


def _measured_of(served: ServedModel) -> CarryOver | None:
    try:
        return read_carry_over(served.model.folder, served.model.digest)
    except CarryOverError as error:
        _log.warning("lessons_do_not_carry_over", model=served.model.reference, why=str(error))
        return None


def _adapter_of(served: ServedModel) -> AdapterManifest | None:
    try:
        return adapter_manifest(served.model.folder)
    except AdapterError as error:
        raise ModelFolderError(str(error)) from error

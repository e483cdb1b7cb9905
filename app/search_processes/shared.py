"""Messages between processes that parted: what each has had since before is only named in them."""

import io
import pickle
from collections.abc import Hashable, Iterator
from typing import Any

from app.domain.schema import FeatureSchema
from app.engine.budget import Stop
from app.engine.registry import ModelRegistry, ServedModel

_STOP = "stop"


class Shared:
    """The hosted models, and whatever belongs to one of them.

    A message is pickled, so both ends must be processes of ours that parted (or be trusted as much).
    """

    def __init__(self, registry: ModelRegistry) -> None:
        self._served = {served.model.reference: served for served in registry}
        parts = [
            ((reference, name), part)
            for reference, served in self._served.items()
            for name, part in _parts_of(served)
        ]
        self._parts = dict(parts)
        self._names = {id(part): name for name, part in parts}

    def dumps(self, message: object) -> bytes:
        """The message without what is shared; a `Stop` in it is the other end's own when it is read."""
        written = io.BytesIO()
        _Writer(written, self).dump(message)
        return written.getvalue()

    def loads(self, written: bytes, stop: Stop) -> Any:
        """The message, with what is shared as this process has it, and this `stop`."""
        return _Reader(io.BytesIO(written), self, stop).load()

    def name_of(self, part: object) -> Hashable | None:
        """What names a part in messages; None of what is not shared."""
        name = self._names.get(id(part))
        if name is None and isinstance(part, FeatureSchema):
            return self._scope_of(part)
        return name

    def part_of(self, name: Any) -> object:
        """The part of this name."""
        if name in self._parts:
            return self._parts[name]
        reference, scope = name
        return self._served[reference].model.schema.within(scope)

    def _scope_of(self, schema: FeatureSchema) -> Hashable | None:
        """Schemas of other scopes than the usual one are made when they are first asked for."""
        return next(
            (
                (reference, scope)
                for reference, served in self._served.items()
                for scope, one in list(served.model.schema.scopes.items())
                if one is schema
            ),
            None,
        )


class _Writer(pickle.Pickler):
    def __init__(self, written: io.BytesIO, shared: Shared) -> None:
        super().__init__(written, pickle.HIGHEST_PROTOCOL)
        self._shared = shared

    def persistent_id(self, part: object) -> Hashable | None:
        return _STOP if isinstance(part, Stop) else self._shared.name_of(part)


class _Reader(pickle.Unpickler):
    def __init__(self, written: io.BytesIO, shared: Shared, stop: Stop) -> None:
        super().__init__(written)
        self._shared, self._stop = shared, stop

    def persistent_load(self, name: Any) -> object:
        return self._stop if name == _STOP else self._shared.part_of(name)


def _parts_of(served: ServedModel) -> Iterator[tuple[str, object]]:
    """What questions and answers hold of a model, by a name each."""
    model = served.model
    yield "served", served
    yield "model", model
    yield "schema", model.schema
    yield "classifier", model.classifier
    yield "committee", model.committee
    yield "references", served.references

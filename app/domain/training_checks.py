"""What a `[training]` table may not say."""

from collections.abc import Iterator

from app.domain.feature import MissingPolicy
from app.domain.schema import FeatureSchema
from app.domain.training import RecordProfile


def training_faults(schema: FeatureSchema) -> Iterator[str]:
    """What is wrong with it, each one sentence that names the record it is about."""
    training = schema.training
    if training.masked_copies > len(training.records):
        yield (
            f"training.masked_copies is {training.masked_copies}, but each copy of a person is of another "
            f"record, and there are {len(training.records)}"
        )
    names = [record.name for record in training.records]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        yield f"two training records are called '{twice[0]}'"
    for record in training.records:
        yield from (
            f"the training record '{record.name}' {fault}" for fault in _record_faults(schema, record)
        )


def _record_faults(schema: FeatureSchema, record: RecordProfile) -> Iterator[str]:
    given = [listed for listed in (record.keeps, record.lacks, record.loses) if listed is not None]
    if len(given) != 1:
        yield "needs one of keeps, lacks and loses"
        return
    may_lack = {f.name for f in schema.features if f.missing is MissingPolicy.UNKNOWN}
    for name in (*(record.keeps or ()), *(record.lacks or ())):
        if name not in schema:
            yield f"names {name}, which is no feature"
    for name in record.lacks or ():
        if name in schema and name not in may_lack:
            yield f"lacks {name}, which is never unknown"
    lacked = may_lack - set(record.keeps) if record.keeps is not None else may_lack & set(record.lacks or ())
    if (record.loses is None and not lacked) or not may_lack:
        yield "carries every feature: it is the whole record"

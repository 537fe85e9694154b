"""A schema source in memory; held to the same contract as the real one (tests/integration/decoding)."""

from __future__ import annotations

from uuid import UUID

from kmp_desktop.core.ports import RegisteredSchema, SchemaUnavailable
from kmp_desktop.core.text import text


class GivenSchemas:
    """Knows the schemas it is given, also later; ``down``: cannot be asked at the moment."""

    def __init__(self, *schemas: RegisteredSchema, down: bool = False) -> None:
        self._schemas = {schema.id: schema for schema in schemas}
        self._down = down

    def schema(self, schema_id: int | UUID) -> RegisteredSchema:
        """The schema with this id."""
        if self._down:
            raise SchemaUnavailable(
                text("The format registry at {host} cannot be reached.", host="registry:8081"), unknown=False
            )
        number = schema_id.int if isinstance(schema_id, UUID) else schema_id
        if number not in self._schemas:
            raise SchemaUnavailable(
                text(
                    "The format registry does not know number {id}. It may have been deleted.",
                    id=str(schema_id),
                ),
                unknown=True,
            )
        return self._schemas[number]

    def forget_failures(self) -> None:
        """Nothing is remembered."""


def avro(schema_id: int, schema: str, *references: str) -> RegisteredSchema:
    """An Avro schema; references are schema texts, what is referred to first."""
    return RegisteredSchema(schema_id, "AVRO", schema, tuple(("reference", each) for each in references))


def framed(schema_id: int, data: bytes) -> bytes:
    """A value as registry serializers write it."""
    return b"\0" + schema_id.to_bytes(4, "big") + data

"""Writing a delivery's receipt."""

from typing import Any

import orjson

from dataaccess import months, statements
from dataaccess.models import Receipt

COLUMNS = [str(field.column) for field in Receipt._meta.fields]
INSERT = (
    f"INSERT INTO {Receipt._meta.db_table} ({', '.join(COLUMNS)}) "
    f"VALUES ({', '.join('%s' for _ in COLUMNS)})"
)


def write(**values: Any) -> None:
    """One row, by the names of its columns."""
    values["answer"] = orjson.dumps(values["answer"]).decode()
    if not months.partitioned():
        values["id"] = values["id"].hex
        values["received_at"] = statements.moment(values["received_at"])
    statements.run(INSERT, [values[column] for column in COLUMNS])

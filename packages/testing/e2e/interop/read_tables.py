"""Reads every table of a run with delta-rs, DuckDB and Polars, and compares each with what the generator says.

Usage: read_tables.py FACTS OUTPUT, FACTS being JSON lines of adventureworks/facts, OUTPUT the folder of the tables.
One line per difference; the last line is `N passed, N failed`, one count per table and engine.
"""

import decimal
import glob
import json
import os
import sys

import duckdb
import duckdb_extension_delta
import polars
import pyarrow
import pyarrow.compute as compute
from deltalake import DeltaTable


def summary(column: pyarrow.ChunkedArray, kind: str) -> dict:
    """The facts of one column, computed from what an engine handed over."""
    values = column.combine_chunks() if isinstance(column, pyarrow.ChunkedArray) else column
    present = values.drop_null()
    facts = {"nulls": len(values) - len(present), "min": None, "max": None, "sum": None, "bytes": None}
    if kind in ("string", "binary"):
        facts["bytes"] = str(compute.sum(compute.binary_length(present)).as_py() or 0)
    if len(present) == 0 or kind == "binary":
        return facts
    if kind == "timestamp":
        present = present.cast(pyarrow.timestamp("us", tz=getattr(present.type, "tz", None))).cast(pyarrow.int64())
    if kind == "boolean":
        present = present.cast(pyarrow.int8())
    if kind == "string":
        # The engines order text by its UTF-8 bytes, which is the order of code points.
        ordered = sorted(value.encode() for value in compute.unique(present).to_pylist())
        low, high = ordered[0].decode(), ordered[-1].decode()
    else:
        extremes = compute.min_max(present)
        low, high = extremes["min"].as_py(), extremes["max"].as_py()
    facts["min"], facts["max"] = text(low, kind, values.type), text(high, kind, values.type)
    if kind in ("integer", "decimal"):
        facts["sum"] = text(exact_sum(present), kind, values.type)
    return facts


def exact_sum(values: pyarrow.Array):
    if pyarrow.types.is_decimal(values.type):
        values = values.cast(pyarrow.decimal128(38, values.type.scale))
    return compute.sum(values).as_py()


def text(value, kind: str, arrow_type) -> str:
    if kind == "decimal":
        with decimal.localcontext(decimal.Context(prec=60)):
            return f"{value.quantize(decimal.Decimal(1).scaleb(-arrow_type.scale)):f}"
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "date":
        return value.isoformat()
    return str(value)


def read_delta_rs(path: str) -> pyarrow.Table:
    return DeltaTable(path).to_pyarrow_table()


def duckdb_reader():
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    folder = os.path.dirname(duckdb_extension_delta.__file__)
    connection.execute(f"LOAD '{glob.glob(folder + '/extensions/v*/delta.duckdb_extension')[0]}'")
    connection.execute("SET TimeZone = 'UTC'")
    return lambda path: connection.execute(f"SELECT * FROM delta_scan('{path}')").to_arrow_table()


def read_polars(path: str) -> pyarrow.Table:
    return polars.scan_delta(path).collect().to_arrow()


def differences(table: pyarrow.Table, facts: dict) -> list:
    found = []
    if table.num_rows != facts["rows"]:
        found.append(f"{table.num_rows} rows, expected {facts['rows']}")
    for column in facts["columns"]:
        name = column["name"]
        if name not in table.column_names:
            found.append(f"column {name} is missing")
            continue
        got = summary(plain(table[name]), column["kind"])
        for key, value in got.items():
            if value != column[key]:
                found.append(f"{name}.{key} is {value!r}, expected {column[key]!r}")
    extra = set(table.column_names) - {column["name"] for column in facts["columns"]}
    return found + [f"unexpected column {name}" for name in sorted(extra)]


def plain(column: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    """Views and large types, as Polars hands them over, as the plain ones."""
    kinds = pyarrow.types
    if kinds.is_string_view(column.type) or kinds.is_large_string(column.type):
        return column.cast(pyarrow.string())
    if kinds.is_binary_view(column.type) or kinds.is_large_binary(column.type):
        return column.cast(pyarrow.binary())
    return column


def main(facts_path: str, output: str) -> int:
    engines = {"delta-rs": read_delta_rs, "DuckDB": duckdb_reader(), "Polars": read_polars}
    passed = failed = 0
    for line in open(facts_path, encoding="utf-8"):
        facts = json.loads(line)
        source = "sqlserver" if facts["schema"] else "api"
        path = os.path.join(output, "docker_elt", source, facts["schema"], facts["table"])
        for engine, read in engines.items():
            try:
                found = differences(read(path), facts)
            except Exception as error:  # An engine that can't open a table is a failure like any other.
                found = [f"{type(error).__name__}: {str(error).splitlines()[0]}"]
            for text_of_difference in found:
                print(f"{engine}: {path}: {text_of_difference}")
            passed, failed = passed + (not found), failed + bool(found)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))

"""Reads tables with delta-rs, DuckDB and Polars: one path a line in, one line of JSON with the rows each of them sees out."""

import glob
import json
import os
import sys

import duckdb
import duckdb_extension_delta
import polars as pl
import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
extensions = os.path.dirname(duckdb_extension_delta.__file__)
connection.execute(f"LOAD '{glob.glob(extensions + '/extensions/v*/delta.duckdb_extension')[0]}'")

READERS = {
    "delta-rs": lambda path: pa.table(QueryBuilder().register("t", DeltaTable(path)).execute("select * from t").read_all()),
    "DuckDB": lambda path: connection.execute(f"select * from delta_scan('{path}')").to_arrow_table(),
    "Polars": lambda path: pl.scan_delta(path).collect().to_arrow(),
}

for line in sys.stdin:
    path = line.strip()
    found = {}
    for name, read in READERS.items():
        try:
            found[name] = sorted(f"{row['id']}{row['v']}" for row in read(path).to_pylist())
        except Exception as error:
            found[name] = f"{type(error).__name__}: {error}"
    print(json.dumps(found), flush=True)

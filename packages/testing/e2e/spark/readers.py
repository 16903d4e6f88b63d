"""Four readers of a Delta table. Each gives an Arrow table, whole or filtered by one condition."""

import datetime
import decimal
import glob
import os

import duckdb
import duckdb_extension_delta
import polars as pl
import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

EPOCH = datetime.datetime(1970, 1, 1)


def sql_condition(condition: dict) -> str:
    """The condition in the SQL that Spark, DuckDB and DataFusion share."""
    kind, value = condition["type"], condition["value"]
    if kind == "string":
        literal = "'" + value.replace("'", "''") + "'"
    elif kind == "timestamp":
        literal = f"TIMESTAMP '{timestamp_text(value)}'"
    elif kind in ("double", "float"):
        literal = f"CAST({value} AS {kind.upper()})"
    else:
        literal = f"CAST('{value}' AS {'BIGINT' if kind == 'long' else kind.upper()})"
    return f"{condition['column']} {condition['operator']} {literal}"


def timestamp_text(micros: str) -> str:
    return str(EPOCH + datetime.timedelta(microseconds=int(micros)))


class DeltaRs:
    name = "delta-rs"

    def read(self, path, condition=None, version=None):
        table = DeltaTable(path, version=version)
        if condition is None:
            return self.query(table, "select * from t")
        return self.query(table, f"select * from t where {sql_condition(condition)}")

    def query(self, table, sql):
        return pa.table(QueryBuilder().register("t", table).execute(sql).read_all())


class DuckDb:
    name = "DuckDB"

    def __init__(self):
        self.connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
        folder = os.path.dirname(duckdb_extension_delta.__file__)
        self.connection.execute(f"LOAD '{glob.glob(folder + '/extensions/v*/delta.duckdb_extension')[0]}'")
        self.connection.execute("SET TimeZone = 'UTC'")

    def read(self, path, condition=None, version=None):
        if version is not None:
            return None
        where = "" if condition is None else f" where {sql_condition(condition)}"
        return self.connection.execute(f"select * from delta_scan('{path}'){where}").to_arrow_table()


class Polars:
    name = "Polars"

    def read(self, path, condition=None, version=None):
        frame = pl.scan_delta(path, version=version)
        if condition is not None:
            column = pl.col(condition["column"])
            wanted = self.literal(condition)
            frame = frame.filter(column > wanted if condition["operator"] == ">" else column == wanted)
        return frame.collect().to_arrow()

    def literal(self, condition):
        kind, value = condition["type"], condition["value"]
        if kind == "string":
            return pl.lit(value)
        if kind == "timestamp":
            moment = EPOCH + datetime.timedelta(microseconds=int(value))
            return pl.lit(moment.replace(tzinfo=datetime.timezone.utc)).cast(pl.Datetime("us", "UTC"))
        if kind == "long":
            return pl.lit(int(value), dtype=pl.Int64)
        if kind in ("double", "float"):
            return pl.lit(float(value), dtype=pl.Float64 if kind == "double" else pl.Float32)
        return pl.lit(decimal.Decimal(value), dtype=pl.Decimal(38, 10))


class Spark:
    name = "Spark"

    def __init__(self, session):
        self.session = session

    def read(self, path, condition=None, version=None):
        reader = self.session.read.format("delta")
        frame = (reader if version is None else reader.option("versionAsOf", version)).load(path)
        return (frame if condition is None else frame.where(sql_condition(condition))).toArrow()

"""Reads tables with delta-rs and Spark and compares their rows, one line of stdin after the other.
Usage: check.py [JARS], the folder of Spark's jars; a line is {name, uri, options, folder, rows}."""

import glob
import json
import sys

from deltalake import DeltaTable


def main() -> int:
    spark = start_spark(sys.argv[1]) if len(sys.argv) > 1 else None
    failures = 0
    for line in sys.stdin:
        table = json.loads(line)
        found = DeltaTable(table["uri"], storage_options=table["options"]).to_pyarrow_table().to_pylist()
        failures += compare(f"delta-rs {table['name']}", found, table["rows"])
        if spark:
            found = [row.asDict() for row in spark.read.format("delta").load(table["folder"]).collect()]
            failures += compare(f"Spark {table['name']}", found, table["rows"])
            # Delta keeps what it read of each table: a session of hundreds of tables would run out of memory.
            spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
    if spark:
        spark.stop()
    return 1 if failures else 0


def compare(name: str, found: list[dict], expected: list[dict]) -> int:
    if lines(found) == lines(expected):
        print(f"ok: {name}", flush=True)
        return 0
    print(f"failed: {name}: {len(found)} rows instead of {len(expected)}, or others", flush=True)
    return 1


def lines(rows: list[dict]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True, default=str) for row in rows)


def start_spark(jars: str):
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").config("spark.jars", ",".join(glob.glob(f"{jars}/*.jar")))
    settings = {
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.databricks.delta.snapshotPartitions": "1",
        "spark.driver.memory": "2g",
        "spark.log.level": "ERROR",
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


if __name__ == "__main__":
    sys.exit(main())

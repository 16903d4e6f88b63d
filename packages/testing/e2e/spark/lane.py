"""Our tables read by four engines, Spark's tables read and written by us. Usage: lane.py FOLDER [JARS]; without JARS, no Spark."""

import glob
import json
import os
import subprocess
import sys
import time
import traceback

import canonical
import pyarrow as pa
import takeover
import theirs
from deltalake import DeltaTable
from readers import DeltaRs, DuckDb, Polars, Spark

folder = sys.argv[1]
jars = sys.argv[2] if len(sys.argv) > 2 else None


def main() -> int:
    started = time.monotonic()
    results = Results()
    readers = [DeltaRs(), DuckDb(), Polars()]
    ours = node("ours.mjs", f"{folder}/ours")
    change_feed(results, "delta-rs", lambda path: DeltaTable(path).load_cdf(starting_version=0).read_all(), ours)
    takeover.check(results, folder)
    if jars is None:
        compare_all(results, ours, readers)
    else:
        session = start_spark(jars)
        print(f"Spark answers after {time.monotonic() - started:.0f} s")
        with_spark(session, results, ours, [*readers, Spark(session)])
        session.stop()
    print(f"{time.monotonic() - started:.0f} s")
    print(f"{results.passed} passed, {results.failed} failed")
    return 1 if results.failed else 0


def with_spark(session, results, ours: list[dict], readers: list) -> None:
    compare_all(results, ours, readers)
    feed = session.read.format("delta").option("readChangeFeed", "true").option("startingVersion", 0)
    change_feed(results, "Spark", lambda path: feed.load(path).toArrow(), ours)
    tables = ["checkpoint", "checkpoint_removes", "evolution", "merge", "vectors", "widening", "mapping_changes"]
    theirs.validate_checksums(session, f"{folder}/ours", tables, results)
    theirs.make(session, f"{folder}/theirs")
    lines = node("continue.mjs", f"{folder}/theirs")
    compare_all(results, [line for line in lines if "name" in line], readers)
    for line in lines:
        if "fact" in line:
            results.add(line["fact"], [] if line["isTrue"] else [line["found"]])
    theirs.resume(session, f"{folder}/theirs", results)


# What each version of vectors.mjs's feedTable did: every change once.
FEED = [
    (0, "insert", 1, "a"),
    (0, "insert", 2, "b"),
    (1, "insert", 3, "a"),
    (2, "delete", 1, "a"),
    (2, "delete", 3, "a"),
    (2, "insert", 4, "a"),
    (3, "delete", 2, "b"),
    (3, "delete", 4, "a"),
    (3, "insert", 5, "c"),
]


def change_feed(results, name: str, read, checks: list[dict]) -> None:
    modes = [(check["name"], check["feed"]) for check in checks if "feed" in check]
    for table, model in [("feed", FEED), *modes]:
        wanted = sorted(str(tuple(change)) for change in model)
        fact = f"bug 31: {name} reads each change of {table} once"
        try:
            rows = pa.table(read(f"{folder}/ours/{table}")).to_pylist()
            found = sorted(str((row["_commit_version"], row["_change_type"], row["id"], row["p"])) for row in rows)
            results.add(fact, [] if found == wanted else [str(found), str(wanted)])
        except Exception:
            results.add(fact, [traceback.format_exc(limit=-3)])


def compare_all(results, checks: list[dict], readers: list) -> None:
    for check in checks:
        compare(results, check, readers)
        for line in check.get("facts", []):
            results.add(line["fact"], [] if line["isTrue"] else [line["found"]])


class Results:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def add(self, fact: str, problems: list[str]) -> None:
        if not problems:
            self.passed += 1
            return
        self.failed += 1
        print(f"failed: {fact}")
        for problem in problems:
            print(f"  {problem}")


def node(script: str, path: str) -> list[dict]:
    command = ["node", os.path.join(os.path.dirname(__file__), script), path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    if done.returncode != 0:
        raise RuntimeError(f"{script} failed: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def start_spark(jars: str):
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").config("spark.jars", ",".join(glob.glob(f"{jars}/*.jar")))
    settings = {
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.databricks.delta.snapshotPartitions": "1",
        "spark.sql.session.timeZone": "UTC",
        "spark.driver.memory": "1g",
        "spark.log.level": "ERROR",
        "spark.sql.warehouse.dir": f"{folder}/warehouse",
        # Spark's own default for new sessions still is INT96: said here, since the lane depends on it.
        "spark.sql.parquet.outputTimestampType": "INT96",
        "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
        "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def compare(results: Results, check: dict, readers: list) -> None:
    columns = [column["name"] for column in check["columns"]]
    conditions = [None, *check.get("filters", [])]
    for reader in readers:
        if reader.name in check.get("without", []):
            continue
        for condition in conditions:
            if condition is not None and reader.name in condition["without"]:
                continue
            wanted = check["rows"] if condition is None else condition["rows"]
            what = "" if condition is None else f" where {condition['column']} {condition['operator']} {condition['value']}"
            version = check.get("version")
            fact = f"{reader.name} reads {check['name']}{what}{'' if version is None else f' at version {version}'}"
            try:
                table = reader.read(check["path"], condition, version)
                if table is not None:
                    results.add(fact, differences(wanted, canonical.rows(table, columns)))
            except Exception:
                results.add(fact, [traceback.format_exc(limit=-3)])


def differences(wanted: list[dict], found: list[dict]) -> list[str]:
    left = sorted(json.dumps(row, sort_keys=True) for row in wanted)
    right = sorted(json.dumps(row, sort_keys=True) for row in found)
    if left == right:
        return []
    missing = [row for row in left if row not in right]
    extra = [row for row in right if row not in left]
    return [f"{len(right)} rows for {len(left)}", *(f"lacks {row[:2000]}" for row in missing[:3]), *(f"has {row[:2000]}" for row in extra[:3])]


if __name__ == "__main__":
    sys.exit(main())

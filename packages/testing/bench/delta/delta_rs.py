"""delta-rs as a worker: one JSON request a line in, one answer with its milliseconds a line out."""
import json
import re
import sys
import time

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

START_US = 1_767_225_600_000_000


def rows(first, count, step, salt):
    keys = range(first, first + count * step, step)
    suffix = f"/{salt}" if salt else ""
    return pa.table({
        "id": pa.array(keys, pa.int64()),
        "name": pa.array([f"customer number {key * 7919}{suffix}" for key in keys]),
        "amount": pa.array([(key % 100_003) / 4 + salt for key in keys], pa.float64()),
        "at": pa.array([START_US + key * 1000 for key in keys], pa.timestamp("us", tz="UTC")),
        "region": pa.array([f"region {key % 23}" for key in keys]),
    })


def open_table(path):
    start = time.perf_counter()
    table = DeltaTable(path)
    return start, len(table.file_uris())


def append(path, salt):
    data = rows(0, 1000, 1, salt)
    start = time.perf_counter()
    write_deltalake(path, data, mode="append")
    return start, None


def checkpoint(path):
    start = time.perf_counter()
    DeltaTable(path).create_checkpoint()
    return start, None


def merge(path, first, count, step, salt):
    source = rows(first, count, step, salt)
    start = time.perf_counter()
    done = (
        DeltaTable(path)
        .merge(source, predicate="t.id = s.id", source_alias="s", target_alias="t")
        .when_matched_update_all()
        .when_not_matched_insert_all()
        .execute()
    )
    return start, done["num_target_rows_updated"]


WORK = {"open": open_table, "append": append, "checkpoint": checkpoint, "merge": merge}
for line in sys.stdin:
    request = json.loads(line)
    start, check = WORK[request.pop("op")](**request)
    ms = (time.perf_counter() - start) * 1000
    with open("/proc/self/status") as status:
        peak = int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) / 1024
    print(json.dumps({"ms": ms, "check": check, "peakMb": peak}), flush=True)

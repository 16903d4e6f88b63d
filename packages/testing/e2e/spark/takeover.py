"""A table that delta-rs made, taken over by our target; delta-rs then reads what both wrote, and goes on writing."""

import datetime
import decimal
import json
import os
import subprocess

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

HERE = os.path.dirname(__file__)
TARGET = os.path.join(HERE, "../../../target-delta-ts/dist/cli.js")
UTC = datetime.timezone.utc
# Other columns in another order than our stream has; `source` and `score` are columns that it lacks.
SCHEMA = pa.schema(
    [
        pa.field("source", pa.string()),
        pa.field("amount", pa.decimal128(12, 3)),
        pa.field("region", pa.string()),
        pa.field("at", pa.timestamp("us", tz="UTC")),
        pa.field("id", pa.int64(), nullable=False),
        pa.field("score", pa.float64()),
    ]
)
REGIONS = ["north", "south & east", None, "a/b=c %41 é"]
NUMBER = {"type": ["null", "number"], "multipleOf": 0.01, "minimum": -99999.99, "maximum": 99999.99}
STREAM = {
    "id": {"type": "integer"},
    "amount": NUMBER,
    "at": {"type": ["null", "string"], "format": "date-time"},
    "region": {"type": ["null", "string"]},
    "city": {"type": ["null", "string"]},
}


def check(results, folder: str) -> None:
    for is_partitioned in [True, False]:
        kind = "partitioned" if is_partitioned else "plain"
        path = f"{folder}/takeover/{kind}"
        rows = make(path, ["region"] if is_partitioned else None)
        facts(results, f"the {kind} table that delta-rs made", path, rows)
        load(path, "append", [ours(id, REGIONS[id % 4]) for id in range(100, 106)])
        rows.update({id: (decimal.Decimal("1.500"), REGIONS[id % 4], "Rome", None) for id in range(100, 106)})
        facts(results, f"our append to the {kind} table of delta-rs", path, rows)
        # Row 1 moves to another partition, row 3 stays in its own, 200 is new; columns that our stream lacks keep their values.
        load(path, "upsert", [ours(1, "north"), ours(3, REGIONS[3]), ours(200, None)])
        rows[1] = (decimal.Decimal("1.500"), "north", "Rome", 1.5)
        rows[3] = (decimal.Decimal("1.500"), REGIONS[3], "Rome", 3.5)
        rows[200] = (decimal.Decimal("1.500"), None, "Rome", None)
        facts(results, f"our upsert into the {kind} table of delta-rs", path, rows)
        rows.update(theirs(path, range(300, 304)))
        DeltaTable(path).create_checkpoint()
        DeltaTable(path).delete("id = 301")
        del rows[301]
        load(path, "upsert", [ours(302, "north")])
        rows[302] = (decimal.Decimal("1.500"), "north", "Rome", 302.5)
        facts(results, f"the {kind} table that delta-rs and we wrote by turns", path, rows)


def make(path: str, partition_by: list[str] | None) -> dict:
    """Three commits, a checkpoint, and one commit behind it."""
    rows = {}
    for start in [0, 4, 8]:
        rows.update(theirs(path, range(start, start + 4), partition_by))
    DeltaTable(path).create_checkpoint()
    rows.update(theirs(path, range(12, 16), partition_by))
    return rows


def theirs(path: str, ids, partition_by: list[str] | None = None) -> dict:
    """Rows as delta-rs appends them, by id: amount, region, city, score."""
    at = datetime.datetime(2026, 1, 1, tzinfo=UTC)
    columns = {
        "source": ["rs" for _ in ids],
        "amount": [decimal.Decimal(id) / 8 for id in ids],
        "region": [REGIONS[id % 4] for id in ids],
        "at": [at + datetime.timedelta(microseconds=id) for id in ids],
        "id": list(ids),
        "score": [id + 0.5 for id in ids],
    }
    table = pa.table(columns, schema=SCHEMA)
    write_deltalake(path, table, mode="append", partition_by=partition_by, schema_mode="merge" if partition_by is None else None)
    return {id: (decimal.Decimal(id) / 8, REGIONS[id % 4], None, id + 0.5) for id in ids}


def ours(id: int, region: str | None) -> dict:
    return {"id": id, "amount": 1.5, "at": "2026-02-01T00:00:00.000001Z", "region": region, "city": "Rome"}


def load(path: str, method: str, records: list[dict]) -> None:
    stream = os.path.basename(path)
    schema = {"type": "SCHEMA", "stream": stream, "schema": {"properties": STREAM}, "key_properties": ["id"]}
    messages = [schema, *({"type": "RECORD", "stream": stream, "record": record} for record in records)]
    config = f"{path}.config.json"
    with open(config, "w", encoding="utf-8") as file:
        json.dump({"path": os.path.dirname(path), "load_method": method}, file)
    text = "".join(f"{json.dumps(message)}\n" for message in messages)
    done = subprocess.run(["node", TARGET, "--config", config], input=text, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"the target failed: {done.stderr}")


def facts(results, name: str, path: str, wanted: dict) -> None:
    table = DeltaTable(path)
    found = sorted(table.to_pyarrow_table().to_pylist(), key=lambda row: row["id"])
    rows = [(row["id"], row["amount"], row["region"], row.get("city"), row["score"]) for row in found]
    expected = [(id, *wanted[id]) for id in sorted(wanted)]
    results.add(f"delta-rs reads {name}", [] if rows == expected else [str(rows), str(expected)])
    columns = [field.name for field in table.schema().fields]
    kept = [field.name for field in SCHEMA]
    results.add(f"the columns of delta-rs stay as they are in {name}", [] if columns[: len(kept)] == kept else [str(columns)])

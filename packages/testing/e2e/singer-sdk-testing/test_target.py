"""The Meltano SDK's standard target tests, and what its streams must leave in the tables."""

import importlib.resources
import json
import re
from datetime import datetime, timezone

import pytest
from adapter import TargetDelta
from deltalake import DeltaTable
from singer_sdk.testing import get_target_test_class, target_test_streams
from singer_sdk.testing.runners import TargetTestRunner

FIXTURES = importlib.resources.files(target_test_streams)
REFUSED = {
    "invalid_schema",
    "record_before_schema",
    "record_missing_key_property",
    "record_missing_required_property",
}
NAMES = sorted(path.name.removesuffix(".singer") for path in FIXTURES.iterdir() if path.name.endswith(".singer"))


class TestStandard(get_target_test_class(TargetDelta)):
    @pytest.fixture
    def runner(self, tmp_path, request):
        # A record that lacks a required property is listed as rejected, and the run goes on; so would one without its key.
        rejects = 0 if request.node.name == "test_target_record_missing_key_property" else 1
        return TargetTestRunner(TargetDelta, config={"path": str(tmp_path), "max_rejects": rejects})


def lines_of(name):
    """A stream of the wheel; one whose records carry a version ends with its activation, as a tap's does."""
    lines = (FIXTURES / f"{name}.singer").read_text(encoding="utf-8").splitlines()
    messages = [json.loads(line) for line in lines if line.strip()]
    versions = {message["stream"]: message["version"] for message in messages if "version" in message}
    activations = [
        {"type": "ACTIVATE_VERSION", "stream": stream, "version": version} for stream, version in versions.items()
    ]
    return [*lines, *(json.dumps(message) for message in activations)]


def load(folder, *names, **config):
    """Loads fixtures one run after the other, and returns what the last run printed."""
    for name in names:
        printed = TargetDelta(config={"path": str(folder), **config}).invoke(stdin="\n".join(lines_of(name)))
    return printed


def tables_in(folder):
    """Rows of each table as delta-rs reads them, by the table's name without its signs."""
    logs = folder.glob("**/_delta_log")
    return {plain(log.parent.name): DeltaTable(str(log.parent)).to_pyarrow_table().to_pylist() for log in logs if "_staging" not in log.parts}


def plain(name):
    return re.sub(r"\W|_", "", name.rsplit("-")[-1]).lower()


def expected_of(*names):
    """The rows that the streams themselves ask for: the last record of a key, or all where there is none."""
    keys, rows = {}, {}
    for line in (line for name in names for line in lines_of(name) if line.strip()):
        message = json.loads(line)
        if message["type"] == "SCHEMA":
            found = message.get("key_properties", message["schema"].get("key_properties", []))
            keys[message["stream"]] = found
            rows.setdefault(plain(message["stream"]), {})
        if message["type"] == "RECORD":
            stream, record = message["stream"], message["record"]
            table = rows[plain(stream)]
            table[tuple(record[key] for key in keys[stream]) or len(table)] = record
    return {stream: list(table.values()) for stream, table in rows.items()}


def is_same(cell, value):
    if isinstance(cell, datetime):
        time = datetime.fromisoformat(value.replace("Z", "+00:00"))
        return cell == (time if time.tzinfo else time.replace(tzinfo=timezone.utc))
    if isinstance(cell, str) and isinstance(value, (dict, list)):
        return json.loads(cell) == value
    if isinstance(cell, dict) and isinstance(value, dict):
        return cell.keys() >= value.keys() and all(is_same(cell[key], value.get(key)) for key in cell)
    return cell == value



def assert_tables(folder, *names):
    tables = tables_in(folder)
    for stream, records in expected_of(*names).items():
        rows = tables.get(stream, [])
        assert len(rows) == len(records), stream
        for record in records:
            assert any(is_same(row, record) for row in rows), f"{stream} lacks {record}"


@pytest.mark.parametrize("name", [name for name in NAMES if name not in REFUSED])
def test_the_tables_hold_what_the_stream_says(name, tmp_path):
    load(tmp_path, name)

    assert_tables(tmp_path, name)


@pytest.mark.parametrize(
    "names",
    [
        ("no_primary_keys", "no_primary_keys_append"),
        ("user_location_data", "user_location_upsert_data"),
        ("duplicate_records", "duplicate_records"),
    ],
    ids="+".join,
)
def test_a_second_run_appends_or_upserts(names, tmp_path):
    load(tmp_path, *names)

    assert_tables(tmp_path, *names)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_refused_leaves_no_row(name, tmp_path):
    with pytest.raises(Exception, match=r"\(E_"):
        load(tmp_path, name)

    assert sum(map(len, tables_in(tmp_path).values())) == 0


def test_a_record_without_a_required_property_is_listed(tmp_path):
    load(tmp_path, "record_missing_required_property", max_rejects=1)

    rejects = tables_in(tmp_path)["testrecordmissingrequiredpropertyrejects"]
    assert len(rejects) == 1
    assert "8214" not in json.dumps(rejects, default=str)
    assert "3215" in json.dumps(rejects, default=str)


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_the_last_state_covers_everything(rows, tmp_path):
    printed = load(tmp_path, "multiple_state_messages", batch_size_rows=rows)

    assert json.loads(printed.splitlines()[-1]) == {
        "test_multiple_state_messages_a": 5,
        "test_multiple_state_messages_b": 6,
    }
    assert_tables(tmp_path, "multiple_state_messages")


def test_a_column_that_came_later_is_null_before(tmp_path):
    load(tmp_path, "schema_updates")

    first, *_, last = sorted(tables_in(tmp_path)["testschemaupdates"], key=lambda row: row["id"])
    assert (first["a3"], first["a4"], first["a5"], first["a6"]) == (None, None, None, None)
    assert last == {"id": 6, "a1": 106.0, "a2": "string6", "a3": True, "a4": {"id": 4, "value": 444}, "a5": ["banana", "orange"], "a6": 341}

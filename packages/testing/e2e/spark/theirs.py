"""Tables that Spark makes, for us to read, append to and merge into; and what Spark does after us."""

import os

TIMESTAMPS = [
    "0001-01-01 00:00:00",
    "1582-10-04 23:59:59.999999",
    "1582-10-15 00:00:00",
    "1969-12-31 23:59:59.999999",
    "2024-02-29 12:34:56.123456",
    "9999-12-31 23:59:59.999999",
]

# Each of these tables has something that we do not keep: a write must be refused by the feature's name.
REFUSED = {
    "refused_generated": ("g long GENERATED ALWAYS AS (id * 2)", {}),
    "refused_identity": ("g long GENERATED ALWAYS AS IDENTITY", {}),
    "refused_rows": ("g long", {"delta.enableRowTracking": "true"}),
    "refused_check": ("g long", {}),
}


def make(session, folder: str) -> None:
    os.makedirs(folder, exist_ok=True)
    make_timestamps(session, f"delta.`{folder}/int96`")
    make_deletions(session, f"delta.`{folder}/deletions`")
    make_merged(session, f"delta.`{folder}/merged`")
    make_checkpoint(session, f"delta.`{folder}/checkpoint`", {})
    for kind in ["parquet", "json"]:
        session.conf.set("spark.databricks.delta.checkpointV2.topLevelFileFormat", kind)
        make_checkpoint(session, f"delta.`{folder}/v2_{kind}`", {"delta.checkpointPolicy": "v2"})
    make_mapping(session, f"delta.`{folder}/mapping`")
    make_widening(session, f"delta.`{folder}/widening`")
    make_appendable(session, folder)
    ours = folder.replace("/theirs", "/ours")
    session.sql(f"insert into delta.`{ours}/shared` values (2, 'spark'), (3, null)")
    for name, (column, properties) in REFUSED.items():
        table = f"delta.`{folder}/{name}`"
        create(session, table, f"id long, {column}", properties)
        if name == "refused_check":
            session.sql(f"alter table {table} add constraint small check (id < 10)")


def create(session, table: str, columns: str, properties: dict) -> None:
    pairs = ", ".join(f"'{key}' = '{value}'" for key, value in properties.items())
    tail = f" tblproperties ({pairs})" if pairs else ""
    session.sql(f"create table {table} ({columns}) using delta{tail}")


def make_timestamps(session, table: str) -> None:
    create(session, table, "id long, t timestamp, v string", {})
    rows = ", ".join(f"({index}, timestamp'{text}', 'spark')" for index, text in enumerate(TIMESTAMPS))
    session.sql(f"insert into {table} values {rows}, (6, null, 'spark')")


def make_deletions(session, table: str) -> None:
    create(session, table, "id long, v string", {"delta.enableDeletionVectors": "true"})
    session.sql(f"insert into {table} select id, concat('v', id) from range(0, 1000, 1, 1)")
    session.sql(f"delete from {table} where id % 3 = 1 or id between 500 and 700")


def make_merged(session, table: str) -> None:
    create(session, table, "id long, v string", {})
    session.sql(f"insert into {table} values (1, 'a'), (2, 'b'), (3, 'c')")
    session.sql(
        f"merge into {table} t using (select * from values (2, 'merged'), (4, 'new') as r(id, v)) s on t.id = s.id "
        "when matched then update set * when not matched then insert *"
    )


def make_checkpoint(session, table: str, properties: dict) -> None:
    create(session, table, "id long, p string", {"delta.checkpointInterval": "3", **properties})
    for index in range(7):
        session.sql(f"insert into {table} values ({index}, 'p{index % 2}')")
    session.sql(f"delete from {table} where id = 5")


def make_mapping(session, table: str) -> None:
    create(session, table, "id long, v string", {"delta.columnMapping.mode": "name"})
    session.sql(f"insert into {table} values (1, 'spark'), (2, 'spark')")
    session.sql(f"alter table {table} rename column v to renamed")


def make_appendable(session, folder: str) -> None:
    tables = {
        "tracked": "id long, v string) using delta tblproperties ('delta.enableRowTracking' = 'true'",
        "clustered": "id long, v string) using delta cluster by (id",
        "defaults": "id long, v string default 'it''s') using delta tblproperties ('delta.feature.allowColumnDefaults' = 'supported'",
    }
    for name, tail in tables.items():
        session.sql(f"create table delta.`{folder}/{name}` ({tail})")
        session.sql(f"insert into delta.`{folder}/{name}` values (1, 'spark')")


def after_appends(session, folder: str, results) -> None:
    """Spark numbers its own rows after ours, and its clustering still finds its columns."""
    for name in ["tracked", "clustered"]:
        session.sql(f"insert into delta.`{folder}/{name}` values (4, 'spark')")
        session.sql(f"update delta.`{folder}/{name}` set v = 'changed' where id = 2")
    ids = session.sql(f"select id, _metadata.row_id from delta.`{folder}/tracked` order by id").collect()
    numbers = [row[1] for row in ids]
    is_right = len(numbers) == 4 and None not in numbers and len(set(numbers)) == 4
    results.add("every row that we and Spark appended has its own number", [] if is_right else [str(ids)])
    session.sql(f"optimize delta.`{folder}/clustered`")
    rows = session.sql(f"select id, v from delta.`{folder}/clustered` order by id").collect()
    wanted = [(1, "spark"), (2, "changed"), (3, "ours"), (4, "spark")]
    found = [tuple(row) for row in rows]
    results.add("Spark clusters the rows that we appended", [] if found == wanted else [str(found)])


def after_mapping(session, path: str, results) -> None:
    """Spark renames, drops and appends in a table that we mapped."""
    session.sql(f"alter table delta.`{path}` rename column `new name` to again")
    session.sql(f"alter table delta.`{path}` drop column w")
    session.sql(f"insert into delta.`{path}` values (9, 'spark')")
    rows = [tuple(row) for row in session.sql(f"select * from delta.`{path}` order by id").collect()]
    wanted = [(1, "old"), (2, "merged"), (3, "ours"), (9, "spark")]
    results.add("Spark changes the columns of our mapped table", [] if rows == wanted else [str(rows)])


def make_widening(session, table: str) -> None:
    columns = "id long, i int, d decimal(6,2), a array<int>, p decimal(3,1)"
    pairs = "'delta.enableTypeWidening' = 'true'"
    session.sql(f"create table {table} ({columns}) using delta partitioned by (p) tblproperties ({pairs})")
    session.sql(f"insert into {table} values (1, 1, 1.5, array(1, null), 1.5)")
    for column, kind in [("i", "long"), ("d", "decimal(12,4)"), ("a.element", "long"), ("p", "decimal(8,2)")]:
        session.sql(f"alter table {table} alter column {column} type {kind}")
    session.sql(f"insert into {table} values (2, 1099511627776, 1.5001, array(1099511627776), 1.25)")


def validate_checksums(session, folder: str, tables: list[str], results) -> None:
    """Spark's own check of a version checksum against the log: true for each table of ours, an error for the wrong one."""
    jvm = session._jvm
    none = jvm.scala.Option.empty()
    for name in [*tables, "wrong_checksum"]:
        path = f"{folder}/{name}"
        snapshot = jvm.org.apache.spark.sql.delta.DeltaLog.forTable(session._jsparkSession, path).update(False, none, none)
        is_there = snapshot.checksumOpt().isDefined()
        try:
            found = snapshot.validateChecksum(jvm.org.apache.spark.api.python.PythonUtils.toScalaMap({}))
        except Exception:
            found = "refused"
        wanted = "refused" if name == "wrong_checksum" else True
        is_right = is_there and found == wanted
        results.add(f"Spark holds the checksum of {name} against the log", [] if is_right else [f"{is_there} {found}"])


def resume(session, folder: str, results) -> None:
    after_mapping(session, folder.replace("/theirs", "/ours") + "/mapping_changes", results)
    after_appends(session, folder, results)
    """Spark's own idempotent write looks at the transaction that we committed."""
    path = folder.replace("/theirs", "/ours") + "/transaction"
    frame = session.createDataFrame([(7,)], "id long")
    for version, wanted in [(5, 1), (6, 2)]:
        writer = frame.write.format("delta").mode("append")
        writer.option("txnAppId", "lane").option("txnVersion", version).save(path)
        count = session.read.format("delta").load(path).count()
        results.add(f"Spark's version {version} after our 5", [] if count == wanted else [f"{count} rows"])
    rows = session.read.format("delta").load(folder + "/checkpoint").count()
    session.sql(f"insert into delta.`{folder}/checkpoint` values (100, 'p1')")
    after = session.read.format("delta").load(folder + "/checkpoint").count()
    results.add("Spark appends after our checkpoint", [] if after == rows + 1 else [f"{after} rows"])

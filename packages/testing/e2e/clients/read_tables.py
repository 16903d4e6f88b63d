"""Reads every table of the SQL Server double and compares it with the facts of the generator.

Arguments: the driver (pytds or pymssql), the encryption (off or require), the server as JSON
({"host", "port", "user", "password", "database"}), and the file of facts (one JSON object a line).
"""

import datetime
import decimal
import json
import sys
import uuid

EPOCH = datetime.datetime(1970, 1, 1)
NUMBERS = ("integer", "decimal", "timestamp")
decimal.getcontext().prec = 60


def connect(driver, encryption, server):
    common = {"user": server["user"], "password": server["password"], "database": server["database"]}
    if driver == "pytds":
        import pytds

        return pytds.connect(server["host"], port=server["port"], autocommit=True, **common)
    import pymssql

    return pymssql.connect(
        server=server["host"], port=str(server["port"]), encryption=encryption, charset="UTF-8", **common
    )


def text_of(kind, value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        moment = value.replace(tzinfo=None)
        return str((moment - EPOCH) // datetime.timedelta(microseconds=1))
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        # The drivers keep six digits; the sample's times are whole seconds.
        return value.strftime("%H:%M:%S.%f") + "0"
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if kind == "boolean":
        return "true" if value else "false"
    return str(value)


class Digest:
    """What the facts tell of one column."""

    def __init__(self, kind):
        self.kind = kind
        self.nulls = 0
        self.size = 0
        self.sum = decimal.Decimal(0)
        self.low = self.high = None

    def key(self, text):
        return decimal.Decimal(text) if self.kind in NUMBERS else text

    def add(self, value):
        if value is None:
            self.nulls += 1
            return
        if self.kind == "binary":
            self.size += len(value)
            return
        text = text_of(self.kind, value)
        self.size += len(text.encode("utf-8")) if self.kind == "string" else 0
        key = self.key(text)
        if self.kind in ("integer", "decimal"):
            self.sum += key
        if self.low is None or key < self.low:
            self.low = key
        if self.high is None or key > self.high:
            self.high = key

    def differences(self, facts):
        if self.nulls != facts["nulls"]:
            yield f"{self.nulls} nulls, expected {facts['nulls']}"
        if facts["min"] is not None:
            expected = (self.key(facts["min"]), self.key(facts["max"]))
            if (self.low, self.high) != expected:
                yield f"from {str(self.low)[:80]!r} to {str(self.high)[:80]!r}, expected {str(expected)[:200]}"
        if facts["bytes"] is not None and self.size != int(facts["bytes"]):
            yield f"{self.size} bytes, expected {facts['bytes']}"
        if facts["sum"] is not None and self.sum != decimal.Decimal(facts["sum"]):
            yield f"sum {self.sum}, expected {facts['sum']}"


def select_list(cursor, facts):
    cursor.execute(
        "SELECT c.name, TYPE_NAME(c.user_type_id) FROM sys.columns c"
        " WHERE c.object_id = OBJECT_ID(%s) ORDER BY c.column_id",
        (f"{facts['schema']}.{facts['table']}",),
    )
    clr = ("hierarchyid", "geography")
    return ", ".join(
        f"[{name}].ToString() AS [{name}]" if kind in clr else f"[{name}]" for name, kind in cursor.fetchall()
    )


def differences(cursor, facts):
    columns = select_list(cursor, facts)
    cursor.execute(f"SELECT {columns} FROM [{facts['schema']}].[{facts['table']}]")
    digests = [Digest(column["kind"]) for column in facts["columns"]]
    rows = 0
    for row in cursor:
        rows += 1
        for digest, value in zip(digests, row, strict=True):
            digest.add(value)
    if rows != facts["rows"]:
        yield f"{rows} rows, expected {facts['rows']}"
    for digest, column in zip(digests, facts["columns"], strict=True):
        for problem in digest.differences(column):
            yield f"{column['name']}: {problem}"


def main():
    driver, encryption, server, facts_path = sys.argv[1:]
    connection = connect(driver, encryption, json.loads(server))
    cursor = connection.cursor()
    tables = failures = 0
    with open(facts_path, encoding="utf-8") as lines:
        for line in lines:
            facts = json.loads(line)
            tables += 1
            for problem in differences(cursor, facts):
                failures += 1
                print(f"{driver}: {facts['schema']}.{facts['table']}: {problem}")
    print(f"{driver}: {tables} tables, {failures} differences")
    connection.close()
    return 1 if failures or tables == 0 else 0


if __name__ == "__main__":
    sys.exit(main())

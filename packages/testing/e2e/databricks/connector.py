"""Python's databricks-sql-connector on the stand-in: connector.py HOST:PORT HTTP_PATH CERTIFICATE, the token in DATABRICKS_TOKEN.

Prints one JSON object with what it read; the client is Databricks' own, so that the front answers more than our target asks.
"""

import json
import os
import sys

from databricks import sql

address, http_path, certificate = sys.argv[1:]
host, port = address.split(":")
with sql.connect(
    server_hostname=host,
    http_path=http_path,
    access_token=os.environ["DATABRICKS_TOKEN"],
    _port=int(port),
    _tls_trusted_ca_file=certificate,
    enable_telemetry=False,
) as connection, connection.cursor() as cursor:
    cursor.execute("SELECT 1 AS one, CAST('12345678901234567890.12' AS DECIMAL(38, 2)) AS exact, NULL AS nothing")
    one, exact, nothing = cursor.fetchone()
    cursor.execute("SELECT count(*) FROM `main`.`default`.`connector` WHERE id >= 2")
    (count,) = cursor.fetchone()
    cursor.execute("SHOW TABLES IN `main`.`default`")
    tables = [row.tableName for row in cursor.fetchall()]
    try:
        cursor.execute("SELECT * FROM `main`.`default`.`absent`")
        error = ""
    except sql.exc.Error as refused:
        error = str(refused)
print(json.dumps({"one": one, "exact": str(exact), "nothing": nothing, "count": count, "tables": tables, "error": error}))

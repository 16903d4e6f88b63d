"""DuckDB, 2 threads: stdin to Parquet. Usage: duckdb_copy.py plain|typed CODEC FILE"""
import sys

import duckdb

mode, codec, file = sys.argv[1:4]
columns = """SalesOrderID INTEGER, SalesOrderDetailID INTEGER, CarrierTrackingNumber VARCHAR, OrderQty INTEGER, ProductID INTEGER,
SpecialOfferID INTEGER, UnitPrice DECIMAL(19,4), UnitPriceDiscount DECIMAL(19,4), LineTotal DECIMAL(38,6), rowguid VARCHAR,
ModifiedDate TIMESTAMPTZ, IsShipped BOOLEAN, Comment VARCHAR"""
query = {
    # As in the goal: types are guessed, decimals become doubles, the record stays a struct.
    "plain": "FROM read_json('/dev/stdin')",
    # The types and columns of the target's table.
    "typed": f"SELECT unnest(record) FROM read_json('/dev/stdin', format='newline_delimited', columns={{record: 'STRUCT({columns})'}})",
}[mode]
connection = duckdb.connect()
connection.execute("SET threads = 2")
connection.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet, COMPRESSION {codec})")

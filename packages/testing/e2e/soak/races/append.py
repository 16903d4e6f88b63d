"""Appends rows to one table, a commit each: append.py ENGINE PATH FIRST COUNT [JARS]. Prints `ready`, waits for a line, prints each id."""

import glob
import sys

engine, path, first, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

if engine == "delta-rs":
    import pyarrow as pa
    from deltalake import write_deltalake

    def append(number: int) -> None:
        write_deltalake(path, pa.table({"id": pa.array([number], pa.int64())}), mode="append")
else:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").config("spark.jars", ",".join(glob.glob(f"{sys.argv[5]}/*.jar")))
    for key, value in {
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.databricks.delta.snapshotPartitions": "1",
        "spark.driver.memory": "1g",
        "spark.log.level": "ERROR",
    }.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.read.format("delta").load(path).count()

    def append(number: int) -> None:
        session.createDataFrame([(number,)], "id long").write.format("delta").mode("append").save(path)


print("ready", flush=True)
sys.stdin.readline()
for number in range(first, first + count):
    append(number)
    print(number, flush=True)

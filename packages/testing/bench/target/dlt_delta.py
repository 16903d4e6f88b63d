"""dlt: RECORD lines of stdin into a Delta table. Usage: dlt_delta.py records|arrow FOLDER
`records` yields Python objects, `arrow` the table that pyarrow's own JSON reader makes of the lines."""

import os
import sys

mode, folder = sys.argv[1:3]
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["DLT_DATA_DIR"] = f"{folder}/dlt"

import dlt  # noqa: E402 -- reads its environment when it is imported.
import orjson  # noqa: E402
import pyarrow as pa  # noqa: E402
from pyarrow import json  # noqa: E402

PAGE_ROWS = 10_000


def records():
    page = []
    for line in sys.stdin.buffer:
        page.append(orjson.loads(line)["record"])
        if len(page) == PAGE_ROWS:
            yield page
            page = []
    yield page


def arrow():
    lines = json.read_json(pa.PythonFile(sys.stdin.buffer, mode="r"))
    record = lines["record"].combine_chunks()
    yield pa.table(record.flatten(), names=[field.name for field in record.type])


source = {"records": records, "arrow": arrow}[mode]
rows = dlt.resource(source, name="details", table_format="delta", write_disposition="append")
destination = dlt.destinations.filesystem(f"file://{folder}/tables")
pipeline = dlt.pipeline("bench", pipelines_dir=f"{folder}/pipelines", destination=destination, dataset_name="bench")
pipeline.run(rows()).raise_on_failed_jobs()

"""A singer-sdk target that flattens its records and writes them with pyarrow, in batches of 10,000: the steps of the targets
of this kind that are in no package registry (Automattic's target-parquet). Usage: sdk_parquet.py --config {"folder": …}"""

import os

import pyarrow as pa
import pyarrow.parquet as pq
from singer_sdk import Target
from singer_sdk.helpers._flattening import flatten_record, flatten_schema
from singer_sdk.sinks import BatchSink

ARROW_TYPES = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
LEVELS = 100


class ParquetSink(BatchSink):
    max_size = 10_000

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.flat = flatten_schema(self.schema, max_level=LEVELS)
        self.fields = pa.schema([pa.field(name, arrow_type(of)) for name, of in self.flat["properties"].items()])
        self.tables = []

    def process_record(self, record, context):
        super().process_record(flatten_record(record, flattened_schema=self.flat, max_level=LEVELS), context)

    def process_batch(self, context):
        columns = {name: [row.get(name) for row in context["records"]] for name in self.fields.names}
        self.tables.append(pa.table(columns).cast(self.fields))

    def clean_up(self):
        os.makedirs(self.config["folder"], exist_ok=True)
        pq.write_table(pa.concat_tables(self.tables), f"{self.config['folder']}/{self.stream_name}.parquet", compression="snappy")
        super().clean_up()


def arrow_type(schema):
    names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    return ARROW_TYPES.get(next(name for name in names if name != "null"), pa.string())


class TargetParquet(Target):
    name = "target-parquet"
    config_jsonschema = {"type": "object", "properties": {"folder": {"type": "string"}}}
    default_sink_class = ParquetSink


if __name__ == "__main__":
    TargetParquet.cli()

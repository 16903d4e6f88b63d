"""A singer-sdk target that drops its rows: what the framework alone costs."""
from singer_sdk import Target
from singer_sdk.sinks import BatchSink


class DropSink(BatchSink):
    def process_batch(self, context):
        """Rows end here."""


class TargetDrop(Target):
    name = "target-drop"
    config_jsonschema = {"type": "object", "properties": {}}
    default_sink_class = DropSink


if __name__ == "__main__":
    TargetDrop.cli()

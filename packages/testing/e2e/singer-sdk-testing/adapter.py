"""Our executables behind the faces of the Meltano SDK's Tap and Target, as its standard tests call them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

from singer_sdk.exceptions import MissingKeyPropertiesError, RecordsWithoutSchemaException

REPOSITORY = Path(__file__).resolve().parents[4]

# What the SDK's tests expect to be raised, by the code at the end of our error line.
EXCEPTIONS = {
    "(E_RECORD_BEFORE_SCHEMA)": RecordsWithoutSchemaException,
    "(E_KEY)": MissingKeyPropertiesError,
}


class Step(float):
    """A number of a schema that divides by digits, as `multipleOf` means it: doubles have no multiple of 0.0001."""

    def __rtruediv__(self, value: float) -> Decimal:
        return Decimal(repr(value)) / Decimal(repr(float(self)))


class Executable:
    """A plugin of this repository, run as a process of its own for every call."""

    package: str

    def __init__(self, *, config: dict | None = None, catalog: dict | None = None, **_: object) -> None:
        self.config = config or {}
        self._catalog = catalog

    def invoke(self, *flags: str, stdin: str = "") -> str:
        """Run the executable and return its stdout; an exit code that is neither 0 nor 3 raises."""
        with tempfile.TemporaryDirectory() as folder:
            arguments = [*flags, *self._file(folder, "config", self.config)]
            if self._catalog is not None:
                arguments += self._file(folder, "catalog", self._catalog)
            run = subprocess.run(
                ["node", str(REPOSITORY / "packages" / self.package / "dist" / "cli.js"), *arguments],
                input=stdin.encode(),
                capture_output=True,
                cwd=REPOSITORY,
                env={"PATH": os.environ["PATH"], "TZ": os.environ.get("TZ", "UTC")},
                timeout=120,
                check=False,
            )
        if run.returncode in (0, 3):
            return run.stdout.decode()
        message = run.stderr.decode()
        raise next((known for code, known in EXCEPTIONS.items() if code in message), RuntimeError)(message)

    @staticmethod
    def _file(folder: str, flag: str, value: dict) -> list[str]:
        path = Path(folder) / f"{flag}.json"
        path.write_text(json.dumps(value), encoding="utf-8")
        return [f"--{flag}", str(path)]

    def print_version(self) -> None:
        print(self.invoke("--version"))

    def print_about(self, output_format: str | None = None) -> None:
        about = self.invoke("--about", *([f"--format={output_format}"] if output_format else []))
        if output_format == "json":
            assert json.loads(about)["name"] == self.package
        print(about)


class ExecutableTap(Executable):
    """A tap: discovered once, then asked for its streams."""

    @property
    def catalog_dict(self) -> dict:
        if self._catalog is None:
            self._catalog = json.loads(self.run_discovery(), parse_float=Step)
        return self._catalog

    @property
    def streams(self) -> dict:
        """Each stream as the tests look at it: its name, its schema and its keys."""
        return {
            entry["stream"]: SimpleNamespace(
                name=entry["stream"],
                schema=entry["schema"],
                primary_keys=entry.get("key_properties", []),
                stream_maps=[SimpleNamespace(transformed_schema=entry["schema"])],
            )
            for entry in self.catalog_dict["streams"]
        }

    def run_discovery(self) -> str:
        return type(self)(config=self.config).invoke("--discover")

    def run_connection_test(self) -> bool:
        return '"RECORD"' in self.invoke("--test")

    def run_sync_dry_run(self, dry_run_record_limit: int | None = None) -> bool:  # noqa: ARG002
        """Sync the whole, small source: the SDK's limit is a means to be quick."""
        sys.stdout.write(self.invoke())
        return True


class TapMssql(ExecutableTap):
    package = "tap-mssql-ts"


class TapRest(ExecutableTap):
    package = "tap-rest-ts"


class TargetDelta(Executable):
    """The target: gets all its lines at the end of the pipe."""

    package = "target-delta-ts"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._lines: list[str] = []

    def process_lines(self, file_input: object) -> None:
        self._lines += file_input

    def process_endofpipe(self) -> None:
        sys.stdout.write(self.invoke(stdin="".join(self._lines)))

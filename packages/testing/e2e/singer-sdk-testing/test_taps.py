"""The Meltano SDK's standard tap tests, and singer-check-tap, on both taps and the sample sources."""

import json
import os
import subprocess

import pytest
import yaml
from adapter import REPOSITORY, TapMssql, TapRest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

sources = json.loads(os.environ["SAMPLE_SOURCES"])
meltano = yaml.safe_load((REPOSITORY / "meltano.yml").read_text(encoding="utf-8"))
rest = next(tap for tap in meltano["plugins"]["extractors"] if tap["name"] == "tap-rest")

# Python's datetime has six digits behind the second.
mssql_config = {**sources["mssql"], "trust_server_certificate": True, "max_fraction_digits": 6}
# The time format of singer-check-tap's jsonschema 2.6 knows no fraction of a second.
whole_seconds = {"HumanResources-Shift": {"StartTime": "StartTime[:8]", "EndTime": "EndTime[:8]"}}

def zoned_times(stream):
    """The sample API writes times without a zone, which RFC 3339 does not know: a stream map adds it."""
    schema = json.loads((REPOSITORY / stream["schema"]).read_text(encoding="utf-8"))
    times = [name for name, value in schema["properties"].items() if value.get("format") == "date-time"]
    return {name: f"{name} + 'Z' if {name} else None" for name in times}


rest_config = {
    **rest["config"],
    "stream_maps": {stream["name"]: zoned_times(stream) for stream in rest["config"]["streams"]},
    "api_url": sources["api"]["url"],
    "username": sources["api"]["user"],
    "password": sources["api"]["password"],
}

# Views and empty tables of the sample have no records.
suite = SuiteConfig(ignore_no_records=True)

TestTapMssql = get_tap_test_class(TapMssql, config=mssql_config, suite_config=suite)
TestTapRest = get_tap_test_class(TapRest, config=rest_config, suite_config=SuiteConfig())


@pytest.mark.parametrize(
    ("tap", "config"),
    [
        (TapMssql, {**mssql_config, "stream_maps": whole_seconds}),
        (TapRest, rest_config),
    ],
    ids=["tap-mssql-ts", "tap-rest-ts"],
)
def test_singer_check_tap_accepts_the_output(tap, config):
    messages = tap(config=config).invoke()

    check = subprocess.run(
        [os.environ["SINGER_CHECK_TAP"]],
        input=messages.encode(),
        capture_output=True,
        timeout=300,
        check=False,
    )

    assert check.returncode == 0, check.stdout.decode()[-2000:] + check.stderr.decode()[-2000:]
    assert b"The output is valid." in check.stdout
    assert messages.count('"RECORD"') > 100

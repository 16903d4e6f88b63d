"""Prints the closing line that every lane of this repository ends with."""


def pytest_terminal_summary(terminalreporter) -> None:
    stats = terminalreporter.stats
    failed = len(stats.get("failed", [])) + len(stats.get("error", []))
    terminalreporter.write_line(f"{len(stats.get('passed', []))} passed, {failed} failed")

#!/bin/sh
# Loads both sources with Meltano, then compares them with their Delta tables. With arguments: runs those instead.
set -u
cd "$(dirname "$0")"

# Sources first: the samples when nothing is configured, exit 2 when a group of settings is incomplete.
if [ -z "${PIPELINE_SOURCES:-}" ]; then
  exec node packages/pipeline/dist/with-sources.js "$0" "$@"
fi
[ $# -eq 0 ] || exec "$@"

case $PIPELINE_SOURCES in
  "sqlserver api") meltano run tap-mssql target-delta-sqlserver tap-rest target-delta-api ;;
  sqlserver) meltano run tap-mssql target-delta-sqlserver ;;
  api) meltano run tap-rest target-delta-api ;;
esac
loaded=$?

node packages/pipeline/dist/validate.js
validated=$?
[ "$loaded" -eq 0 ] || exit "$loaded"
exit "$validated"

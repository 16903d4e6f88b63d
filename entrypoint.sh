#!/bin/sh
# Loads both sources with Meltano, then compares them with their Delta tables. With arguments: runs those instead.
set -u
cd "$(dirname "$0")"

# A folder of the host that Docker made belongs to root: it is handed to user node, who does all the rest.
if [ "$(id -u)" = 0 ]; then
  chown -R --from=root node:node output .meltano
  export HOME=/home/node
  exec setpriv --reuid=node --regid=node --init-groups "$0" "$@"
fi

# The slim image has no Meltano: the main job alone does the same.
if [ $# -eq 0 ] && ! command -v meltano >/dev/null; then exec node packages/pipeline/dist/start.js; fi

# Sources first: the samples when nothing is configured, exit 2 when a group of settings is incomplete.
if [ -z "${PIPELINE_SOURCES:-}" ]; then
  exec node packages/pipeline/dist/with-sources.js "$0" "$@"
fi
[ $# -eq 0 ] || exec "$@"

# The loaders of environment prod write to Databricks.
if [ -n "${DATABRICKS_HOST:-}${DATABRICKS_CONFIG_PROFILE:-}" ]; then export MELTANO_ENVIRONMENT=prod; fi

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

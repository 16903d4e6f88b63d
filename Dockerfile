# The whole pipeline: Meltano, the two taps and the target, and the sample sources for a first run.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /project
ENV CI=true
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml tsconfig.base.json ./
COPY packages packages
# The main job with what it needs to run, and nothing that only builds or tests it.
RUN --mount=type=cache,target=/root/.local/share/pnpm/store \
    npx --yes pnpm@12 install --frozen-lockfile \
 && npx --yes pnpm@12 exec tsc -b packages \
 && npx --yes pnpm@12 --filter pipeline deploy --prod --no-optional --legacy /deploy \
 && find /deploy -type f \( -name '*.map' -o -name '*.d.*ts' -o -name '*.d.ts' -o -name '*.md' \) ! -iname '*license*' -delete

FROM ${NODE_IMAGE} AS meltano
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && python3 -m venv /opt/meltano \
 && /opt/meltano/bin/pip install --no-cache-dir --disable-pip-version-check meltano==4.4.1

# The main job alone: `docker build --target slim`.
FROM ${NODE_IMAGE} AS slim
LABEL org.opencontainers.image.title="lighthouse-ingestion-pipeline" \
      org.opencontainers.image.description="SQL Server and REST APIs into Delta Lake" \
      org.opencontainers.image.licenses="MIT"
RUN apt-get update && apt-get install -y --no-install-recommends tini \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir -p /project/output /project/.meltano && chown -R node:node /project
COPY --from=build --chown=node:node /deploy /project/packages/pipeline
COPY --chown=node:node meltano.yml entrypoint.sh /project/
COPY --chown=node:node schemas /project/schemas
WORKDIR /project
ENV PATH=/project/packages/pipeline/node_modules/.bin:/opt/meltano/bin:$PATH
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s CMD ["tap-mssql-ts", "--version"]
# Starts as root only to hand mounted folders to user node. -g: a stop signal reaches both halves of the running pipe, not only the shell.
ENTRYPOINT ["tini", "-g", "--", "/project/entrypoint.sh"]

FROM slim
RUN apt-get update && apt-get install -y --no-install-recommends python3 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=meltano /opt/meltano /opt/meltano
# XDG_STATE_HOME: where Meltano keeps its own logs; the home folder may be read-only.
ENV XDG_STATE_HOME=/project/.meltano \
    MELTANO_CLI_DISABLE_VERSION_CHECK=1 \
    MELTANO_SEND_ANONYMOUS_USAGE_STATS=false

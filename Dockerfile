# syntax=docker/dockerfile:1

# Dependencies apart: a change of the source does not install them again.
FROM oven/bun:1.4.5-slim AS dependencies
WORKDIR /app
COPY package.json bun.lock ./
COPY patches ./patches
RUN bun install --frozen-lockfile --production

FROM oven/bun:1.4.5-slim
WORKDIR /app
# tsconfig.json tells Bun how JSX is written: without it no page is rendered.
COPY package.json tsconfig.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY db ./db
COPY src ./src
COPY views ./views
# Generated keys, the journal, backups and, without DATABASE_URL, the embedded Postgres: keep this volume.
RUN mkdir /data && chown bun:bun /data
VOLUME /data
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
# As `bun start` does: src/allocator.ts says why.
ENV MIMALLOC_PURGE_HOLES=0 MIMALLOC_PURGE_DELAY=10000
EXPOSE 3000
USER bun
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["bun", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["bun", "src/server.ts"]

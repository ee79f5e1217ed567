# The API as a container, configured by its environment: docs/settings.md.

# Pinned by digest, so that every build starts from the same files; .ci/pin-base-image proposes newer digests each week.
# To use another base image: docker build --build-arg BASE=node:24-slim .
ARG BASE=node:24-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6
FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY packages packages
# Installs the packages of the API and of the build, without install scripts.
RUN npm ci --ignore-scripts --no-audit --no-fund --omit=dev --workspace packages/api --workspace packages/build
# The commit that the API reports: docker build --build-arg COMMIT="$(git rev-parse HEAD)" .
ARG COMMIT=
RUN node packages/build/src/docs.ts && node packages/build/src/container.ts --api packages/api

# The demo's identity provider, for compose.override.yaml. It is built only if it is named as the target.
FROM ${BASE} AS identity
ENV HOST=0.0.0.0 \
    PORT=9099
WORKDIR /app
COPY package.json package-lock.json ./
COPY packages packages
RUN npm ci --ignore-scripts --no-audit --no-fund --omit=dev --workspace packages/local --workspace packages/api
USER node
EXPOSE 9099
HEALTHCHECK --interval=2s --timeout=5s --retries=30 CMD ["node", "packages/local/src/identity/health-check.ts"]
CMD ["node", "packages/local/src/identity/main.ts", "--api", "packages/api"]

# The last stage is the default target.
FROM ${BASE}
ENV NODE_ENV=production \
    RUNTIME=CONTAINERIZED \
    HOST=0.0.0.0 \
    PORT=5000
WORKDIR /app
COPY --from=build /app/packages/api/dist/container ./
USER node
EXPOSE 5000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s --retries=3 CMD ["node", "health-check.mjs"]
CMD ["node", "main.mjs"]

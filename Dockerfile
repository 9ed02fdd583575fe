# syntax=docker/dockerfile:1

# Pin it by what it is where you build for others: --build-arg NODE=node@sha256:… (docker buildx imagetools inspect node:24-alpine)
ARG NODE=node:24-alpine

# 1. The program: bundled, so that the image needs no package beside Node.
FROM ${NODE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts scripts
COPY crds crds
COPY examples examples
COPY src src
ARG COMMIT=""
# the npm package of Node is pinned for development machines; here the image's own Node is the one that runs
RUN SLUICE_COMMIT="$COMMIT" node scripts/build.ts

# 2. Node and the libraries it is linked with; no package manager, no shell.
FROM ${NODE} AS runtime
# hadolint ignore=SC2114 # what a shell and a package manager need is what must not be there
RUN rm -rf /opt/* /root /tmp/* /usr/local/include /usr/local/share /usr/local/lib/node_modules \
      /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* \
      /etc/apk /lib/apk /usr/share /var/cache /var/lib \
 && printf 'nonroot:x:65532:65532::/:/sbin/nologin\n' > /etc/passwd \
 && printf 'nonroot:x:65532:\n' > /etc/group \
 && rm -rf /bin /sbin /usr/bin /usr/sbin

# 3. Both, in one layer each. Nothing is written at run time: a read-only root filesystem is enough.
FROM scratch
# hadolint ignore=DL3067 # all that is left in it is Node and its libraries
COPY --from=runtime / /
COPY --from=build /src/package.json /app/
COPY --from=build /src/dist /app/dist
COPY LICENSE /app/
# the second as the program would start again for where the C library is glibc (docs/performance.md)
ENV NODE_ENV=production MALLOC_ARENA_MAX=1
USER 65532:65532
WORKDIR /app
# /metrics and the probes
EXPOSE 8090 8080
ENTRYPOINT ["/usr/local/bin/node", "/app/dist/sluice.js"]
CMD ["controller"]

# syntax=docker/dockerfile:1

# Builds, and assembles what production needs in /app (scripts/assemble.ts).
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --strict-allow-scripts --no-audit --no-fund
COPY . .
RUN npm run build && npm run --silent assemble -- /app

FROM node:24-slim
ENV NODE_ENV=production
# glibc gives memory that is free back to the machine, also after many large requests.
ENV MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072
COPY --from=build /app /app
# A volume that is mounted here belongs to the gateway's user.
RUN ln -s /app/dist/cli.js /usr/local/bin/ipto && install -d -o node -g node /objects
WORKDIR /app
USER node
EXPOSE 4000
# The root may be read-only (--read-only): nothing is written outside of /objects.
ENTRYPOINT ["ipto"]
CMD ["start"]

import type { Server } from 'node:http';

/** How long the server waits, in seconds, and how many connections it keeps. */
export type ServerLimits = {
  /** For the head of a request. */
  readonly headersTimeout: number;
  /** For the body of a GraphQL request. */
  readonly bodyTimeout: number;
  /** For a client that neither sends nor reads. */
  readonly idleTimeout: number;
  /** For the next request on a connection. Longer than balancers keep connections, mostly 60 s. */
  readonly keepAliveTimeout: number;
  readonly maxConnections: number;
};

export const SERVER_LIMITS: ServerLimits = {
  ...{ headersTimeout: 15, bodyTimeout: 30, idleTimeout: 60, keepAliveTimeout: 75, maxConnections: 10_000 },
};

export function applyLimits(server: Server, { headersTimeout, idleTimeout, keepAliveTimeout, maxConnections }: ServerLimits): void {
  server.headersTimeout = headersTimeout * 1000;
  // Uploads take as long as they send; GraphQL's bodies have a limit of their own.
  server.requestTimeout = 0;
  server.timeout = idleTimeout * 1000;
  server.keepAliveTimeout = keepAliveTimeout * 1000;
  server.maxConnections = maxConnections;
}

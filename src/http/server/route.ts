import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { RequestRecord } from './request-record.ts';

/**
 * What a handler needs beside the request: its id, which every answer and log line has, and where
 * to note what becomes of it.
 */
export type Served = { readonly requestId: string; readonly log: Logger; readonly record: RequestRecord };

/** Answers a request. A GatewayError that it throws becomes the response. */
export type Handler = (request: IncomingMessage, response: ServerResponse, served: Served) => Promise<void>;

/** A handler that may pass a request on, by returning false. */
export type Route = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

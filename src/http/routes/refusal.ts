import type { ServerResponse } from 'node:http';
import { refusalExtensions } from '../../access/refusal-payload.ts';
import type { RefusedError } from '../../domain/core/recheck.ts';
import { sendError } from '../server/respond.ts';

/**
 * The HTTP status of a refusal of the whole request; in GraphQL a refusal is an error of a field.
 */
const STATUS: Readonly<Record<RefusedError['refusal']['because'], number>> = {
  SIGN_IN: 401,
  NO_TENANT: 400,
  ROLE: 403,
  KEY_SCOPE: 403,
  TENANT_STATUS: 403,
  PLAN: 403,
};

/** Sends a refusal of the whole request. */
export function sendRefusal(response: ServerResponse, requestId: string, { message, refusal }: RefusedError): void {
  const { code, ...details } = refusalExtensions(refusal);
  sendError(response, requestId, { code, message, details, status: STATUS[refusal.because] });
}

import type { Grant } from './grant.ts';
import type { Permission } from './policy.ts';
import { type Refusal, refusalOf, sentenceOf } from './refusal.ts';

/** Message and extensions of a refusal: the same on every field that needs the permission. */
export type RefusalPayload = {
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
  /** Both as JSON. */
  readonly json: { readonly message: string; readonly extensions: string };
};

/** What of a request a refusal needs. */
export type RefusedRequest = { readonly grant: Grant; readonly requestId: string };

const upper = (names: readonly string[]) => names.map(name => name.toUpperCase());

/** A refusal as an error's extensions (SPEC G2), in the notation of the schema's enums. */
export const refusalExtensions = ({ requires, tenantStatus, ...refusal }: Refusal) => ({
  ...refusal,
  requires: { ...requires, principals: upper(requires.principals), roles: upper(requires.roles), statuses: upper(requires.statuses) },
  tenantStatus: tenantStatus?.toUpperCase() ?? null,
});

const payloadsByRequest = new WeakMap<RefusedRequest, Map<Permission, RefusalPayload | null>>();

/** The refusal of a permission that a request lacks, built once per request; null if it has it. */
export function refusalPayloadFor(request: RefusedRequest, permission: Permission): RefusalPayload | null {
  const payloads = payloadsByRequest.get(request) ?? new Map<Permission, RefusalPayload | null>();
  const cached = payloads.get(permission);
  if (cached !== undefined) return cached;
  const refusal = refusalOf(permission, request.grant);
  const payload = refusal && payloadOf(sentenceOf(refusal), { ...refusalExtensions(refusal), requestId: request.requestId });
  payloadsByRequest.set(request, payloads.set(permission, payload));
  return payload;
}

/** A payload, frozen: many errors share it. */
export const payloadOf = (message: string, extensions: Readonly<Record<string, unknown>>): RefusalPayload => ({
  message,
  extensions: Object.freeze(extensions),
  json: { message: JSON.stringify(message), extensions: JSON.stringify(extensions) },
});

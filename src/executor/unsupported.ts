/** Why an operation is left to GraphQL.js: by design, and counted by reason. */
export const REASONS = [
  // the document
  ...(['operation', 'directive', 'abstract', 'argument', 'resolver', 'rows'] as const),
  ...(['shape', 'query'] as const), // what PostgreSQL can't write as JSON
  ...(['variables', 'value', 'error', 'stale'] as const), // this request
] as const;
export type Reason = (typeof REASONS)[number];

/** An operation that the executor doesn't support. GraphQL.js executes it instead. */
export class Unsupported extends Error {
  override name = 'Unsupported';

  constructor(readonly reason: Reason) {
    super(`the executor doesn't support this operation: ${reason}`);
  }
}

/** A field that the grant allows met a row of another tenant: a bug. */
export class ForeignRow extends Error {
  override name = 'ForeignRow';

  constructor(field: string) {
    super(`${field} met a row of another tenant`);
  }
}

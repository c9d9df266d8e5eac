import { parse } from 'graphql';
import { expect } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.ts';
import type { Answer } from '../support/gateway.ts';
import type { Caller } from './oracle.ts';
import { type PreparedOperation, walk } from './walk.ts';
import type { Place } from './world.ts';

export const schema = buildSchema();

/** A caller, named by `cell`, and the tenant context, if there is one (`place`). */
export type Asking = {
  readonly cell: string;
  readonly caller: Caller;
  readonly token: string | undefined;
  readonly tenant?: string;
  readonly place?: Place;
  /** The address that their invitations are for. */
  readonly email: string;
  /** As the audit log names them. */
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string };
};

/** Compares a response's errors and values, and their order, with the expected ones. */
export function expectAnswer(
  query: string,
  { data, errors, status, headers }: Answer,
  question: Omit<PreparedOperation, 'document' | 'schema'>,
) {
  expect(status).toBe(200);
  const walked = walk({ document: parse(query), schema, ...question }, data);
  expect(walked.wrong).toEqual([]);
  const byPath = (error: { path?: unknown }) => JSON.stringify(error.path);
  const told = errors.map(({ path, extensions }) => ({ path, extensions }));
  const due = walked.errors.map(({ path, refusal }) => ({ path, extensions: { ...refusal, requestId: headers.get('x-request-id') } }));
  const sorted = <Item extends { path?: unknown }>(items: Item[]) => items.sort((a, b) => byPath(a).localeCompare(byPath(b)));
  expect(sorted(told)).toEqual(sorted(due));
}

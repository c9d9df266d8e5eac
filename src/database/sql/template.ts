import { randomUUID } from 'node:crypto';
import type { Binding } from '../tenancy/binding.ts';
import { UnsupportedQuery } from './draft.ts';

/**
 * Whom a statement is written for while it isn't known whom it will be for: ids that nobody has.
 */
export const PLACEHOLDER = { tenantId: randomUUID(), personId: randomUUID() } as const;

/** A parameter that is made of the tenant's id. */
export class TenantDerivedParameter {
  constructor(readonly of: (tenantId: string) => string) {}
}

/** A statement with {@link ANYBODY} among its parameters, wherever whoever asks belongs. */
export type Template = { readonly text: string; readonly values: readonly unknown[] };

/** Whoever a binding says, with somebody who isn't anybody where it says nobody. */
type BoundIds = { readonly [Part in keyof Binding]-?: string };
const NO_MATCH: BoundIds = { tenantId: randomUUID(), personId: randomUUID() };

/** The parameters of a template for whoever asks. */
export function bindPlaceholders({ values }: Template, binding: Binding): unknown[] {
  const tenantId = binding.tenantId ?? NO_MATCH.tenantId;
  const personId = binding.personId ?? NO_MATCH.personId;
  return values.map(value => {
    if (value === PLACEHOLDER.tenantId) return tenantId;
    if (value === PLACEHOLDER.personId) return personId;
    return value instanceof TenantDerivedParameter ? value.of(tenantId) : value;
  });
}

/**
 * @throws {Uncovered} where anybody's id is part of something else, where nobody would put
 * another's in its place.
 */
export function checked(template: Template): Template {
  for (const value of template.values)
    if (typeof value === 'object' && value !== null && Object.values(PLACEHOLDER).some(id => JSON.stringify(value).includes(id)))
      throw new UnsupportedQuery('value');
  return template;
}

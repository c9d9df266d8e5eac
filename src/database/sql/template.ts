import { randomUUID } from 'node:crypto';
import { UnsupportedQuery } from './draft.ts';

/** Ids used while a statement is built; the caller's ids replace them for each request. */
export const PLACEHOLDER = { tenantId: randomUUID(), personId: randomUUID() } as const;

/** The ids of a caller: a binding's tenant and person. */
export type CallerIds = { readonly tenantId: string | null; readonly personId: string | null };

/** A parameter that is computed from the tenant's id. */
export class TenantDerivedParameter {
  constructor(readonly of: (tenantId: string) => string) {}
}

/** A statement whose parameters contain {@link PLACEHOLDER} in place of the caller's ids. */
export type Template = { readonly text: string; readonly values: readonly unknown[] };

/** Ids that no row has, for a caller without a tenant or a person. */
const NO_MATCH = { tenantId: randomUUID(), personId: randomUUID() };

/** The parameters of a template for a caller. */
export function bindPlaceholders({ values }: Template, caller: CallerIds): unknown[] {
  const tenantId = caller.tenantId ?? NO_MATCH.tenantId;
  const personId = caller.personId ?? NO_MATCH.personId;
  return values.map(value => {
    if (value === PLACEHOLDER.tenantId) return tenantId;
    if (value === PLACEHOLDER.personId) return personId;
    return value instanceof TenantDerivedParameter ? value.of(tenantId) : value;
  });
}

/** @throws {UnsupportedQuery} if a placeholder is part of a parameter, which isn't replaced. */
export function checkPlaceholders(template: Template): Template {
  for (const value of template.values)
    if (typeof value === 'object' && value !== null && Object.values(PLACEHOLDER).some(id => JSON.stringify(value).includes(id)))
      throw new UnsupportedQuery('value');
  return template;
}

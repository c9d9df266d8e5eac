import { randomUUID } from 'node:crypto';
import type { Binding } from '../tenancy/binding.ts';
import { Uncovered } from './draft.ts';

/** Whom a statement is written for while it isn't known whom it will be for: ids that nobody has. */
export const ANYBODY = { tenantId: randomUUID(), personId: randomUUID() } as const;

/** A parameter that is made of the tenant's id. */
export class OfTenant {
  constructor(readonly of: (tenantId: string) => string) {}
}

/** A statement with {@link ANYBODY} among its parameters, wherever whoever asks belongs. */
export type Template = { readonly text: string; readonly values: readonly unknown[] };

/** Whoever a binding says, with somebody who isn't anybody where it says nobody. */
type Somebody = { readonly [Part in keyof Binding]-?: string };
const NOBODY: Somebody = { tenantId: randomUUID(), personId: randomUUID() };

/** The parameters of a template for whoever asks. */
export function filled({ values }: Template, binding: Binding): unknown[] {
  const tenantId = binding.tenantId ?? NOBODY.tenantId;
  const personId = binding.personId ?? NOBODY.personId;
  return values.map(value => {
    if (value === ANYBODY.tenantId) return tenantId;
    if (value === ANYBODY.personId) return personId;
    return value instanceof OfTenant ? value.of(tenantId) : value;
  });
}

/** @throws {Uncovered} where anybody's id is part of something else, where nobody would put another's in its place. */
export function checked(template: Template): Template {
  for (const value of template.values)
    if (typeof value === 'object' && value !== null && Object.values(ANYBODY).some(id => JSON.stringify(value).includes(id)))
      throw new Uncovered('value');
  return template;
}

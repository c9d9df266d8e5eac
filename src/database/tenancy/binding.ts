import { encodeParameters } from '../driver/message.ts';
import type { TextQuery } from '../driver/piggyback-query.ts';
import { nameOf } from '../driver/prepared-statements.ts';
import type { Prelude } from '../driver/statement.ts';

/**
 * The tenant and the person that statements run for: row-level security compares rows with them.
 * Null is nobody, who sees no tenant's row.
 */
export type Binding = { readonly tenantId: string | null; readonly personId: string | null };

/** The settings that carry a binding (prisma/migrations, `app_tenant()` and `app_person()`). */
export const SETTINGS = { tenantId: 'app.tenant_id', personId: 'app.person_id' } as const;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function checkBinding({ tenantId, personId }: Binding): void {
  for (const id of [tenantId, personId]) if (id !== null && !UUID.test(id)) throw new TypeError('a binding takes lower-case UUIDs');
}

const BIND = `SELECT set_config('${SETTINGS.tenantId}', $1, true), set_config('${SETTINGS.personId}', $2, true)`;
const BIND_NAME = nameOf(BIND);

/**
 * The statement that binds the transaction it runs in.
 *
 * @throws {TypeError} for an id that is not written as PostgreSQL writes it.
 */
export const bindingPrelude = (binding: Binding): Prelude => ({
  text: BIND,
  name: BIND_NAME,
  parameters: encodeParameters(settingsOf(binding)),
  owner: binding.tenantId,
});

function settingsOf(binding: Binding): readonly string[] {
  checkBinding(binding);
  return [binding.tenantId ?? '', binding.personId ?? ''];
}

/** Key: the query that goes along, one object for each caller; the binding is compared as well. */
const preludes = new WeakMap<TextQuery, Binding & { readonly prelude: Prelude }>();

/** A binding's prelude with another query as its last column. */
export function preludeWith(query: TextQuery, binding: Binding): Prelude {
  const cached = preludes.get(query);
  if (cached && cached.tenantId === binding.tenantId && cached.personId === binding.personId) return cached.prelude;
  const parameters = encodeParameters([...settingsOf(binding), ...query.values]);
  const prelude = { ...combinedWith(query.text), parameters, owner: binding.tenantId };
  preludes.set(query, { ...binding, prelude });
  return prelude;
}

type Combined = { readonly text: string; readonly name: string };
const combined = new Map<string, Combined>();

function combinedWith(query: string): Combined {
  const cached = combined.get(query);
  if (cached) return cached;
  const text = `${BIND}, (${query.replace(/\$(\d+)/g, (_, number) => `$${Number(number) + 2}`)})`;
  const statement = { text, name: nameOf(text) };
  combined.set(query, statement);
  return statement;
}

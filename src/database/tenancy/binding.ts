import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Whom a statement acts for: what row-level security compares rows with. Null is nobody, and nobody
 * sees no tenant's row.
 */
export type Binding = { readonly tenantId: string | null; readonly personId: string | null };

/**
 * The setting that carries each part of a binding (prisma/migrations, `app_tenant()` and
 * `app_person()`).
 */
export const SETTINGS = { tenantId: 'app.tenant_id', personId: 'app.person_id' } as const;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const bindings = new AsyncLocalStorage<Binding>();

/** @throws {TypeError} for what isn't an id as PostgreSQL writes it. */
export function checkBinding({ tenantId, personId }: Binding): void {
  for (const id of [tenantId, personId]) if (id !== null && !UUID.test(id)) throw new TypeError('a binding takes lower-case UUIDs');
}

/**
 * Runs `work` with every statement that it asks for bound. Await what it asks for inside: a query
 * that is only asked for later isn't bound.
 */
export function bound<T>(binding: Binding, work: () => Promise<T>): Promise<T> {
  checkBinding(binding);
  return bindings.run(binding, async () => await work());
}

/** The binding in force, or none. */
export const currentBinding = (): Binding | undefined => bindings.getStore();

const BINDING = `SELECT set_config('${SETTINGS.tenantId}', $1, true), set_config('${SETTINGS.personId}', $2, true)`;

/** The statement that binds the transaction that it runs in, and its parameters. */
export const bindingStatement = ({ tenantId, personId }: Binding) => ({ text: BINDING, values: [tenantId ?? '', personId ?? ''] });

/**
 * The same as text, to follow BEGIN in one round trip. SET, not SELECT: a SET TRANSACTION after it
 * must stay legal.
 */
export const bindingText = ({ tenantId, personId }: Binding) =>
  `SET LOCAL ${SETTINGS.tenantId} = '${tenantId ?? ''}'; SET LOCAL ${SETTINGS.personId} = '${personId ?? ''}'`;

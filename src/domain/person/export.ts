import type { Grant } from '../../access/grant.ts';
import { refusalOf } from '../../access/refusal.ts';
import type { UnitOfWork } from '../../database/index.ts';
import type { Profile } from '../../database/queries/person.ts';
import { personData, personEvents } from '../../database/queries/person-data.ts';
import { RefusedError } from '../core/recheck.ts';

/** Audit events read at a time. */
export const EXPORT_PAGE = 1_000;

const START = { tenantId: '00000000-0000-0000-0000-000000000000', seq: 0 };

/** A record about a person, and its kind: `person`, `membership`, `auditEvent` … */
export type PersonRecord = { readonly kind: string } & Readonly<Record<string, unknown>>;

/** The caller who exports. */
export type Exporter = {
  readonly grant: Pick<Grant, 'principal' | 'tenantAccess'>;
  readonly profile: Profile | null;
  readonly work: UnitOfWork;
};

/**
 * Reads everything that is stored about the caller, in all tenants (SPEC R10), page by page when
 * the consumer asks for it.
 *
 * @throws {RefusedError} for a caller who isn't a person.
 */
export async function* exportPerson({ grant, profile, work }: Exporter, size = EXPORT_PAGE): AsyncGenerator<readonly PersonRecord[], void> {
  const refusal = refusalOf('person:export', grant);
  if (refusal) throw new RefusedError(refusal);
  const { person, memberships, invitations, apiKeys, deprecatedUses } = await personData(work.query, profile!);
  const ofKind = (kind: string, rows: readonly object[]) => rows.map(row => ({ kind, ...row }));
  yield [
    ...ofKind('person', person ? [person] : []),
    ...ofKind('membership', memberships),
    ...ofKind('invitation', invitations),
    ...ofKind('apiKey', apiKeys),
    ...ofKind('deprecatedUse', deprecatedUses),
  ];
  for (let last: { tenantId: string; seq: number } = START; ; ) {
    const page = await personEvents(work.query, profile!, last, size);
    if (!page.length) return;
    yield ofKind(
      'auditEvent',
      page.map(({ event }) => event),
    );
    last = page.at(-1)!;
  }
}

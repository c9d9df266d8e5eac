import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The rules that the gateway is built to, in a line each. Tests name them in front of what they
 * prove.
 */
// biome-ignore format: a table is read by its columns
export const RULES: Readonly<Record<string, string>> = {
  T1: 'Every resource belongs to exactly one tenant, and never changes tenant.',
  T2: 'Every request is resolved to one tenant context before any resolver runs, or to none.',
  T3: 'Where the context comes from; foreign and absent tenants give the same answer.',
  T4: "Nothing of one tenant can be read, counted, ordered by, inferred or written from another's context.",
  T5: 'The ways across are few and named.',
  T6: 'Isolation holds twice, in the client and in the database.',
  T7: "`tenant_id` is part of every key of a tenant's table.",
  T8: 'Search inside a tenant by its own index; marketplace search is the one index that spans tenants.',
  T9: 'Administrative actions in one tenant have no effect on another.',
  R1: 'A membership has at least one role; permissions are the union over its roles.',
  R2: 'Who signs up becomes the owner; a tenant that is not deleted has exactly one owner at every instant.',
  R3: 'What each role is for.',
  R4: 'Who invites, sets roles and removes, and whom nobody may touch.',
  R5: 'An invitation: one address, its roles, seven days, once, stored hashed, for the verified address alone.',
  R6: 'One person in many tenants; nothing of the earlier context stays.',
  R7: 'Removing a member, or a role, takes effect on the very next request, also on another replica.',
  R8: 'Who sees e-mail addresses, people, counts.',
  S1: 'Active: everything works.',
  S2: 'Suspended: data is kept and read, writes are refused but those that resolve it or leave.',
  S3: 'Pending deletion: a grace period in which members read and the owner can cancel.',
  S4: 'Deleted: all rows go, in batches that survive a crash; a tombstone and a receipt stay.',
  S5: 'Status is checked on each field, and felt by the next request on every replica.',
  S6: 'Others keep their own records of a tenant that is deleted.',
  P1: 'The catalogue of four tiers is data, and public.',
  P2: 'An upgrade at once, a downgrade at the end of the cycle, Enterprise by staff.',
  P3: 'Caps hold under concurrency, at every door.',
  P4: 'A downgrade below current use removes nobody; additions are refused until use is under the cap.',
  P5: 'A missing feature and a reached cap say so, with what would help.',
  O1: 'A transfer is asked for by the owner, for a current member, and confirmed with a code that expires and works once.',
  O2: 'At confirmation both roles change at once, or it is refused; whatever touches either side voids it.',
  O3: 'Request, confirmation, cancellation, expiry and every refusal are audited.',
  M1: 'A dataset has objects and at most one listing: draft, published or withdrawn. Money is decimal.',
  M2: 'Search, entitlements, retrievals, usage and charges.',
  M3: 'A retrieval, its charge and its earning are one transaction; a retry charges once; the books add up.',
  M4: 'Each side is switched on and off by itself; a tenant does not buy from itself.',
  M5: 'A provider sees aggregates, never its buyers; a buyer sees the listing and the provider\'s name.',
  M6: 'Totals for all plans; series and datasets are advanced analytics.',
  K1: 'Who makes keys, what they may carry, expiry, rotation, revocation; the secret is shown once and kept as a hash.',
  K2: 'In any status but active a request with a key is rejected before a resolver runs.',
  K3: 'Keys belong to the tenant and outlive their maker.',
  A1: 'Every administrative action, and every refusal of one, leaves an event, in the same transaction.',
  A2: 'The log is append-only and chained by hash; one command verifies it.',
  A3: "Owner and admin read their tenant's events; staff's actions are among them.",
  A4: 'No secret, token or e-mail body is in an event or a log line.',
  G1: 'Every field names the permission that it needs, or is declared public.',
  G2: 'A refused field says why, and leaves its siblings.',
  G3: 'A client can ask beforehand what it may do.',
  G4: "Relay's conventions; GraphQL over HTTP in full.",
  G5: '`schema.graphql` is printed from the code.',
  G6: 'Mutations take one input, return a payload, carry an optional idempotency key; failures have documented codes.',
};

/** The rules that must each have a test of their own. */
export const PROVEN = Object.keys(RULES).filter(rule => /^[RSPOAMK]/.test(rule));

const TESTS = fileURLToPath(new URL('../../test/', import.meta.url));
const TITLE = /(['"`])((?:[A-Z]\d+)(?:, [A-Z]\d+)*): ((?:(?!\1).)+)\1/g;

/** The titles of tests that name a rule, by rule: each with its file. */
export function provenBy(): ReadonlyMap<string, readonly { file: string; title: string }[]> {
  const found = new Map<string, { file: string; title: string }[]>();
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.test.ts'));
  for (const file of files.map(name => name.replaceAll('\\', '/')).sort())
    for (const [, , rules, title] of readFileSync(TESTS + file, 'utf8').matchAll(TITLE))
      for (const rule of rules!.split(', ')) {
        if (!found.has(rule)) found.set(rule, []);
        found.get(rule)!.push({ file, title: title! });
      }
  return found;
}

/** docs/rules.md. */
export function printRules(): string {
  const proofs = provenBy();
  const sections = Object.entries(RULES).map(([rule, what]) => {
    const lines = (proofs.get(rule) ?? []).map(({ file, title }) => `- ${title.replaceAll('|', '\\|')} ([test/${file}](../test/${file}))`);
    return `### ${rule}\n\n${what}\n${lines.length ? `\n${lines.join('\n')}\n` : ''}`;
  });
  return `<!-- Printed from the names of the tests by \`npm run print\`. -->

# The rules, and the tests that prove them

A test says in front of its name which rule it proves. Audit events name the same rules.

${sections.join('\n')}`;
}

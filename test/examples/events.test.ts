import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { useTenantActors } from '../support/tenant-actors.ts';

/** examples/events: a receiver that checks that it missed no event (SPEC E3). */
const PATH = fileURLToPath(new URL('../../examples/events/verify.mjs', import.meta.url));
type Event = { number: number; payload: string | null; salt: string | null; digest: string; hash: string };
type Part = { events: Event[]; previousHash: string; next: string };
type Example = {
  verify(events: readonly Event[], previousHash: string | null, known?: object): { number: number; hash: string };
  read(url: string, token: string, after?: string): Promise<Part>;
};
const example: Example = await import(PATH);
const fixtures = useTenantActors();
let key: string;
let part: Part;
beforeAll(async () => {
  const { owner } = await fixtures.home();
  const scopes = ['TENANT_READ', 'EVENT_READ'];
  key = (await fixtures.must(owner, 'createApiKey', { name: 'Receiver', scopes })).secret;
  for (const name of ['First', 'Second', 'Third']) await fixtures.must(owner, 'renameTenant', { name });
  part = await example.read(fixtures.gateway.url, key);
});

test('the program prints the events, and the cursor to go on after', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [PATH], {
    env: { ...process.env, IPTO_URL: fixtures.gateway.url, IPTO_TOKEN: key },
  });
  const lines = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  expect(lines.map(({ type, stub }) => type ?? stub)).toEqual([true, 'tenant.renamed', 'tenant.renamed', 'tenant.renamed', undefined]);
  expect(lines.at(-1)).toEqual({ verified: 4, next: part.next });
});

test('it accepts the events as they are, in parts as well', () => {
  const [first, others] = [part.events.slice(0, 2), part.events.slice(2)];
  const last = example.verify(part.events, part.previousHash);
  expect(example.verify(others, first.at(-1)!.hash, example.verify(first, part.previousHash))).toEqual(last);
});

const changed = (index: number, change: Partial<Event>) => part.events.map((event, at) => (at === index ? { ...event, ...change } : event));
const other = () => part.events[3]!;

test.each<[string, () => readonly Event[]]>([
  ['dropped', () => part.events.filter((_, index) => index !== 1)],
  [
    'dropped, and the others renumbered',
    () => part.events.filter((_, index) => index !== 1).map((event, index) => ({ ...event, number: index + 1 })),
  ],
  ['reordered', () => [part.events[0]!, part.events[2]!, part.events[1]!, part.events[3]!]],
  ['changed', () => changed(1, { payload: part.events[1]!.payload!.replace('First', 'Other') })],
  ['exchanged for another', () => changed(1, { payload: other().payload, salt: other().salt, digest: other().digest })],
  ['changed in a stub', () => changed(0, { digest: other().digest })],
])('it finds an event that was %s', (_, events) => {
  expect(() => example.verify(events(), part.previousHash)).toThrow(/^(event \d|the events)/);
});

test('it finds a sequence that was written anew before the part', () => {
  const known = example.verify(part.events.slice(0, 2), part.previousHash);
  expect(() => example.verify(part.events.slice(2), '1'.repeat(64), known)).toThrow('were changed');
});

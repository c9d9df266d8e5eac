import { beforeAll, expect, test } from 'vitest';
import { type PreparedOperation, QUESTIONS } from '../../executor/queries.ts';
import { statusColumns, type TestDatabase, useDatabase } from '../../support/database.ts';
import { post, raw } from '../server/raw.ts';
import { useServer } from '../server/serve.ts';

const database = useDatabase();
const gateway = useServer(database);
const tokens: Record<string, string> = {};

const person = (n: number) => `0190d0d0-0000-7000-8000-00000000010${n}`;
const tenant = (n: number) => `0190d0d0-0000-7000-8000-00000000020${n}`;
const membership = (n: number) => `0190d0d0-0000-7000-8000-00000000030${n}`;

/** Of the people, also in their tokens: a sign-in changes nothing. */
const NAMES = ['Ann', 'Vic', 'Opal', 'Émile "É" Ω', 'Sue', 'Nia'];

/**
 * Rows that are the same in every run: two tenants, of which the second is suspended, and six
 * people of whom the last is in none.
 */
async function restoreRows({ sql }: TestDatabase) {
  for (const [n, name] of NAMES.entries())
    await sql('INSERT INTO person (id, issuer, subject, name, email, email_verified) VALUES ($1, $2, $3, $4, $5, true)', [
      person(n),
      gateway.tokens.issuer,
      `p${n}`,
      name,
      `p${n}@people.example`,
    ]);
  for (const [n, slug] of ['north', 'south'].entries())
    await sql(
      `WITH t AS (INSERT INTO tenant (tenant_id, slug, name, plan_code, billing_email, created_at, status_changed_at, plan_since)
         VALUES ($1, $2, $3, 'STARTER', $4, '2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05Z', '2026-01-02T00:00:00Z'))
       INSERT INTO membership (tenant_id, id, person_id, roles, created_at) VALUES ($1, $5, $6, '{owner}', '2026-01-02T03:04:05Z')`,
      [tenant(n), slug, `The ${slug}`, `bills@${slug}.example`, membership(n * 4), person(n * 4)],
    );
  for (const [n, role] of ['viewer', 'operator', 'admin'].entries())
    await sql('INSERT INTO membership (tenant_id, id, person_id, roles, created_at) VALUES ($1, $2, $3, $4, $5)', [
      tenant(0),
      membership(n + 1),
      person(n + 1),
      [role],
      `2026-02-0${n + 1}T00:00:00Z`,
    ]);
  await sql(`UPDATE tenant SET ${statusColumns('suspended')}, status_reason = 'unpaid', status_changed_at = '2026-03-04T05:06:07Z'
    WHERE tenant_id = '${tenant(1)}'`);
}

beforeAll(async () => {
  await restoreRows(database);
  const sign = (n: number, claims = {}) =>
    gateway.tokens.sign({ sub: `p${n}`, name: NAMES[n] ?? 'Staff', email: `p${n}@people.example`, ...claims });
  Object.assign(tokens, {
    owner: await sign(0),
    viewer: await sign(1),
    operator: await sign(2),
    suspended: await sign(4),
    nowhere: await sign(5),
    staff: await sign(6, { ipto_staff: true }),
  });
});

const headersOf = ({ as, headers = [] }: PreparedOperation) => [
  'x-request-id: the-same',
  ...(as ? [`authorization: Bearer ${tokens[as]}`] : []),
  ...headers,
];

/** An answer as it goes over the wire, but for the clock. */
async function responseTo(question: PreparedOperation): Promise<string> {
  const { ask, get } = question;
  const body = typeof ask === 'string' ? ask : JSON.stringify(ask);
  const head = get === undefined ? post(body, ...headersOf(question)) : [`GET /graphql?${get} HTTP/1.1`, ...headersOf(question)];
  const answer = await raw(gateway.url, head, get === undefined ? body : '');
  return `${answer.head.replace(/^date: .*\r\n/im, '')}\r\n\r\n${answer.body}`.replaceAll('\r\n', '\n');
}

const answers = new Map<string, string>();

/** The first request goes through yoga, repeated ones use the caches of `prepare.ts`. */
test.each(Object.entries(QUESTIONS))('a repeated operation has the same response, on the fast path or not: %s', async (name, question) => {
  const first = await responseTo(question);
  for (let again = 0; again < 3; again++) expect(await responseTo(question)).toBe(first);
  if (!question.headers?.some(header => header.startsWith('content-type')) && question.get === undefined)
    expect(await responseTo({ ...question, headers: [...(question.headers ?? []), 'content-type: application/json; profile=x'] })).toBe(
      first,
    );
  answers.set(name, first);
});

test('responses are unchanged to the byte', async () => {
  const all = Object.keys(QUESTIONS).map(name => `### ${name}\n${answers.get(name)}\n`);
  await expect(all.join('\n')).toMatchFileSnapshot('answers.http');
});

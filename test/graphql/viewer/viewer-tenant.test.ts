import { uuidv7 as uuid } from 'uuidv7';
import { beforeAll, describe, expect, test } from 'vitest';
import { fixtures, type Person, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);
let one: Person;
let two: Person;
let ids: Record<'acme' | 'bakery' | 'foreign', string>;
beforeAll(async () => {
  const make = fixtures(database);
  const owner = await make.person('Owner');
  one = await make.person('One');
  two = await make.person('Two');
  const [acme, bakery, foreign] = [
    await make.tenant('acme', owner),
    await make.tenant('bakery', owner),
    await make.tenant('foreign', owner),
  ];
  ids = { acme: acme.id, bakery: bakery.id, foreign: foreign.id };
  for (const [tenant, person] of [
    [acme, one],
    [acme, two],
    [bakery, two],
  ] as const)
    await make.member(tenant, person, ['viewer']);
});

type Asked = { claim?: unknown; header?: string };
const asked = async (person: Person, { claim, header }: Asked) =>
  gateway.ask('{ viewer { membership { slug } } tenant { slug } }', {
    token: await gateway.tokenOf(person, claim === undefined ? {} : { tenant: claim }),
    ...(header !== undefined && { headers: { 'x-tenant-id': header } }),
  });
const name = (text: string | undefined) => text?.replace(/^id of (\w+)$/, (_all, slug: 'acme') => ids[slug]);
const NOT_FOUND = 'There is no such tenant, or you are not a member of it.';
const CONFLICT = 'Your token and the X-Tenant-Id header name different tenants.';

describe('T3: the tenant that a request acts in', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, 'one' | 'two', string | undefined, string | undefined, string | null]>([
    ['the only membership, when no tenant is named',  'one', undefined,       undefined,           'acme'],
    ['no tenant, with two memberships and no name',   'two', undefined,       undefined,           null],
    ['the header’s, by slug',                         'two', undefined,       'bakery',            'bakery'],
    ['the header’s, by id',                           'two', undefined,       'id of bakery',      'bakery'],
    ['the token’s, by slug',                          'two', 'bakery',        undefined,           'bakery'],
    ['the token’s, by id',                            'two', 'id of acme',    undefined,           'acme'],
    ['the same in both, identical',                   'two', 'acme',          'acme',              'acme'],
    ['the same in both, by slug and by id',           'two', 'acme',          'id of acme',        'acme'],
    ['the same in both, by id and by slug',           'two', 'id of bakery',  'bakery',            'bakery'],
    ['the only membership, when it is also named', 'one', 'acme',          'id of acme',        'acme'],
  ])('%s', async (_what, who, claim, header, slug) => {
    const { status, data } = await asked(who === 'one' ? one : two, { claim: name(claim), ...(header && { header: name(header)! }) });
    expect(status).toBe(200);
    expect(data).toEqual({ viewer: { membership: slug && { slug } }, tenant: slug && { slug } });
  });

  test('names are accepted in upper case, from the header and from the token', async () => {
    for (const named of [
      { header: ids.bakery.toUpperCase() },
      { header: 'BaKery' },
      { claim: ids.bakery.toUpperCase() },
      { claim: 'BAKERY' },
    ])
      expect((await asked(two, named)).data.tenant).toEqual({ slug: 'bakery' });
    expect((await asked(two, { claim: 'BAKERY', header: ids.bakery.toUpperCase() })).data.tenant).toEqual({ slug: 'bakery' });
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string | undefined, string | undefined, number, string, string]>([
    ['the token and the header disagree',               'acme',         'bakery',       400, 'TENANT_CONFLICT',  CONFLICT],
    ['the token and the header disagree by id',         'id of bakery', 'id of acme',   400, 'TENANT_CONFLICT',  CONFLICT],
    ['the token names a foreign tenant, the header the own', 'foreign',      'acme',         400, 'TENANT_CONFLICT',  CONFLICT],
    ['the token names an absent tenant, the header the own', 'absent',       'acme',         400, 'TENANT_CONFLICT',  CONFLICT],
    ['the header names a foreign tenant',               undefined,      'foreign',      403, 'TENANT_NOT_FOUND', NOT_FOUND],
    ['the header names a foreign tenant by id',         undefined,      'id of foreign', 403, 'TENANT_NOT_FOUND', NOT_FOUND],
    ['the header names a foreign tenant, the token the own', 'acme',         'foreign',      403, 'TENANT_NOT_FOUND', NOT_FOUND],
    ['the header names an absent tenant',               undefined,      'absent',       403, 'TENANT_NOT_FOUND', NOT_FOUND],
    ['the header is not a valid name',                  undefined,      'not a name',   403, 'TENANT_NOT_FOUND', NOT_FOUND],
    ['the header ends with a hyphen',                   undefined,      'acme-',        403, 'TENANT_NOT_FOUND', NOT_FOUND],
    ['the header is too long for a slug',               undefined,      'a'.repeat(33), 403, 'TENANT_NOT_FOUND', NOT_FOUND],
    ['the header is a slug with a prefix',              undefined,      '%acme',        403, 'TENANT_NOT_FOUND', NOT_FOUND],
    ['the header is empty',                             undefined,      '',             403, 'TENANT_NOT_FOUND', NOT_FOUND],
    ['the token names a foreign tenant',                'foreign',      undefined,      403, 'TENANT_NOT_FOUND', NOT_FOUND],
    ["the token's tenant is not a valid name",          '*',            undefined,      403, 'TENANT_NOT_FOUND', NOT_FOUND],
    ["the token's tenant contains a NUL",               'ac\0me',       undefined,      403, 'TENANT_NOT_FOUND', NOT_FOUND],
    ["the token's tenant is an unpaired surrogate",     'ac\ud83dme',   undefined,      403, 'TENANT_NOT_FOUND', NOT_FOUND],
    ["the token's tenant is empty",                     '',             undefined,      403, 'TENANT_NOT_FOUND', NOT_FOUND],
  ])('the request is refused: %s', async (_what, claim, header, status, code, message) => {
    for (const person of [two, one]) {
      // bakery is absent for `one`, who is not a member of it
      if (person === one && code === 'TENANT_CONFLICT' && name(header) !== 'acme') continue;
      const answer = await asked(person, { claim: name(claim), ...(header !== undefined && { header: name(header)! }) });
      const extensions = { code, requestId: answer.headers.get('x-request-id') };
      expect({ status: answer.status, body: JSON.parse(answer.text) }).toEqual({ status, body: { errors: [{ message, extensions }] } });
    }
  });

  test('an id that is almost that of a tenant is treated like any absent id', async () => {
    for (const header of [`${ids.acme}0`, `0${ids.acme}`, ids.acme.slice(1), ids.acme.replaceAll('-', ''), uuid()])
      expect((await asked(two, { header })).status).toBe(403);
  });

  test('staff are in no tenant: naming one in the header or token is refused', async () => {
    for (const named of [{ header: 'acme' }, { claim: 'acme' }]) {
      const { claim, header } = { claim: undefined, header: undefined, ...named };
      const answer = await gateway.ask('{ viewer { principal } }', {
        token: await gateway.tokenOf(two, { ipto_staff: true, ...(claim && { tenant: claim }) }),
        tenant: header,
      });
      expect(answer.status).toBe(403);
      expect(answer.errors).toMatchObject([{ message: NOT_FOUND, extensions: { code: 'TENANT_NOT_FOUND' } }]);
    }
  });

  test('R6: naming another tenant switches at once, and nothing of the earlier one remains', async () => {
    for (const slug of ['acme', 'bakery', 'acme', 'bakery'])
      expect((await asked(two, { header: slug })).data).toEqual({ viewer: { membership: { slug } }, tenant: { slug } });
  });
});

import { parse } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { Client, type Document, type FieldError, RequestError, ResponseError } from '../../../packages/client/src/index.ts';
import { idOf, manifestOf } from '../../support/documents.ts';
import { type MemberActor, type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';
import { useBreakingProxy } from './breaking-proxy.ts';

const actors = useTenantActors();
const proxy = useBreakingProxy(actors.gateway);
let home: TenantWithMembers;
let viewer: MemberActor;

type Names = { tenant: { name: string | null; billingEmail: string | null } | null };
const TEXT = 'query Names { tenant { name billingEmail } }';

beforeAll(async () => {
  home = await actors.home();
  viewer = await actors.join(home, ['viewer']);
});

const clientOf = ({ token, tenant }: MemberActor, more = {}) => new Client({ url: proxy.url, token, tenant, ...more });

describe('a document', () => {
  class TypedText<Data> extends String {
    declare __apiType?: (variables: Record<string, never>) => Data;
    readonly __meta__: { hash?: string };
    constructor(text: string, meta: { hash?: string } = {}) {
      super(text);
      this.__meta__ = meta;
    }
  }
  const forms: readonly [string, Document<Names, Record<string, never>>, object][] = [
    ['a text', TEXT, { query: TEXT }],
    ['a parsed one', parse(TEXT), { query: 'query Names {\n  tenant {\n    name\n    billingEmail\n  }\n}' }],
    ['a text that has types', new TypedText<Names>(TEXT), { query: TEXT }],
    ['a text with its hash', new TypedText<Names>(TEXT, { hash: idOf(TEXT).slice(7) }), { documentId: idOf(TEXT) }],
    ['a text with its id', new TypedText<Names>(TEXT, { hash: idOf(TEXT) }), { documentId: idOf(TEXT) }],
    ['an id', { documentId: idOf(TEXT) }, { documentId: idOf(TEXT) }],
  ];
  beforeAll(async () => {
    const register = 'mutation ($input: RegisterDocumentsInput!) { registerDocuments(input: $input) { documents { id } } }';
    const input = { app: 'web', version: '1', documents: manifestOf(TEXT) };
    await clientOf(home.owner).data(register, { input });
  });

  test.each(forms)('may be %s', async (_, document, body) => {
    const { data, errors } = await clientOf(home.owner).request(document);
    expect(errors).toEqual([]);
    expect(data!.tenant!.name).toBe(home.tenant.name);
    expect(JSON.parse(proxy.seen.at(-1)!.body)).toEqual(body);
  });
});

describe('a refused field', () => {
  test('is a refusal that says what is required, beside the data', async () => {
    const { data, errors } = await clientOf(viewer).request<Names>(TEXT);
    expect(data).toEqual({ tenant: { name: home.tenant.name, billingEmail: null } });
    expect(errors).toEqual([
      {
        kind: 'refusal',
        because: 'ROLE',
        code: 'FORBIDDEN',
        permission: 'billing-contact:read',
        message: 'billing-contact:read needs the role owner or admin.',
        path: ['tenant', 'billingEmail'],
        requires: {
          principals: ['USER'],
          roles: ['OWNER', 'ADMIN'],
          statuses: ['ACTIVE', 'SUSPENDED', 'PENDING_DELETION'],
          plans: null,
        },
        tenantStatus: 'ACTIVE',
        requestId: expect.any(String),
      },
    ]);
    expect(helpOf(errors[0]!)).toBe('Ask an OWNER or ADMIN.');
  });

  test('is thrown where all data are needed', async () => {
    const error = await clientOf(viewer)
      .data<Names>(TEXT)
      .catch(reason => reason);
    expect(error).toBeInstanceOf(ResponseError);
    expect(error.message).toBe('billing-contact:read needs the role owner or admin.');
    expect(error.data.tenant.name).toBe(home.tenant.name);
  });

  test('comes once for all rows if refusals are grouped', async () => {
    const emails = '{ tenant { memberships { edges { node { user { email } } } } } }';
    const { errors } = await clientOf(viewer, { groupRefusals: true }).request(emails);
    expect(errors).toMatchObject([{ kind: 'refusal', pattern: 'tenant.memberships.edges.*.node.user.email', count: 2 }]);
  });

  /** A switch over all obstacles: the compiler says if one is missing. */
  function helpOf(error: FieldError): string {
    if (error.kind === 'failure') return error.message;
    switch (error.because) {
      case 'SIGN_IN':
      case 'NO_TENANT':
      case 'KEY_SCOPE':
        return error.code;
      case 'ROLE':
        return `Ask an ${error.requires.roles.join(' or ')}.`;
      case 'TENANT_STATUS':
        return `The tenant is ${error.tenantStatus}.`;
      case 'PLAN':
        return `Upgrade to ${error.requires.plans?.[0]}.`;
    }
  }
});

describe('a field that fails', () => {
  test('is a failure with its details', async () => {
    const first = 'mutation { createDataset(input: { name: "" }) { dataset { id } } }';
    const { data, errors } = await clientOf(home.owner).request(first);
    expect(data).toEqual({ createDataset: null });
    expect(errors).toEqual([
      {
        kind: 'failure',
        code: 'BAD_USER_INPUT',
        message: expect.stringContaining('name'),
        path: ['createDataset'],
        requestId: expect.any(String),
        details: {},
      },
    ]);
  });
});

describe('a request that is refused as a whole', () => {
  test.each([
    ['BAD_REQUEST', 400, {}, { documentId: 'sha256:no' }],
    ['GRAPHQL_VALIDATION_FAILED', 400, {}, '{ nothing }'],
    ['UNAUTHENTICATED', 401, { token: 'ipto_wrong' }, TEXT],
    ['TENANT_NOT_FOUND', 403, { tenant: 'nowhere' }, TEXT],
  ] as const)('throws %s, and is not sent again', async (code, status, more, document) => {
    proxy.seen.length = 0;
    const error: RequestError = await clientOf(home.owner, more)
      .request(document)
      .catch(reason => reason);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ code, status, requestId: expect.any(String), isRetryable: false });
    expect(proxy.seen).toHaveLength(1);
  });

  test('says with an API key of a suspended tenant that its status is why', async () => {
    const other = await actors.home();
    const { secret } = await actors.must(other.owner, 'createApiKey', { name: 'Nightly', scopes: ['ENTITLEMENT_READ'] });
    await actors.make.setStatus(other.tenant, 'suspended');
    const error = await new Client({ url: proxy.url, token: secret }).request(TEXT).catch(reason => reason);
    expect(error).toMatchObject({
      code: 'TENANT_STATUS',
      status: 403,
      refusal: { kind: 'refusal', because: 'TENANT_STATUS', tenantStatus: 'SUSPENDED', permission: null },
    });
  });

  test('is an INVALID_RESPONSE if it is not of a gateway', async () => {
    proxy.faults.push({ status: 200, body: '<html>' });
    await expect(clientOf(home.owner).request(TEXT)).rejects.toMatchObject({ code: 'INVALID_RESPONSE', status: 200, isRetryable: false });
  });
});

describe('a token', () => {
  test('that was refused is asked for anew, and the request is sent once more', async () => {
    const expired = await actors.gateway.tokens.sign({ sub: home.owner.person.subject }, '-1h');
    const asked: (string | null)[] = [];
    const token = (refused: string | null) => {
      asked.push(refused);
      return refused === null ? expired : home.owner.token;
    };
    const { data } = await clientOf(home.owner, { token }).request<Names>(TEXT);
    expect(data!.tenant!.name).toBe(home.tenant.name);
    expect(asked).toEqual([null, expired]);
  });

  test('that stays the same ends the request', async () => {
    proxy.seen.length = 0;
    const client = clientOf(home.owner, { token: () => 'ipto_wrong' });
    await expect(client.request(TEXT)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(proxy.seen).toHaveLength(1);
  });
});

test('the tenant of a request takes the place of the client’s', async () => {
  const other = await actors.home();
  await actors.make.member(other.tenant, home.owner.person, ['viewer']);
  const { data } = await clientOf(home.owner).request<Names>(TEXT, {}, { tenant: other.tenant.slug });
  expect(data!.tenant!.name).toBe(other.tenant.name);
});

test('an aborted request rejects with the reason of its signal', async () => {
  const signal = AbortSignal.abort(new Error('left the page'));
  await expect(clientOf(home.owner).request(TEXT, {}, { signal })).rejects.toThrow('left the page');
});

import { randomUUID } from 'node:crypto';
import { idOf, manifestOf } from '../../../test/support/documents.ts';
import type { ScriptDatabase } from '../../database.ts';
import type { Installation } from './installation.ts';
import type { Tenant } from './tenants.ts';

/** A caller: a token or an API key, in a tenant or in none. */
export type Caller = { readonly token: string; readonly tenant?: string };

/** A change that was prepared, with what everybody is answered before it and after it. */
export type Change = {
  /** Asks a replica, and returns status and code, or the data. */
  readonly ask: (url: string) => Promise<string>;
  readonly before: string;
  /** Does it through a replica; throws unless it is acknowledged. */
  readonly make: (url: string) => Promise<void>;
  readonly after: string;
};

type Answer = { readonly data?: object | null; readonly errors?: readonly { readonly extensions: { readonly code: string } }[] };

/** Sends a request to a replica; `body` is a document or a document's id, with variables. */
export async function send(
  url: string,
  { token, tenant }: Caller,
  body: object,
): Promise<{ readonly told: string; readonly data: object }> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...(tenant && { 'x-tenant-id': tenant }) };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  if (!text.startsWith('{')) return { told: `${response.status} of the balancer`, data: {} };
  const { data, errors } = JSON.parse(text) as Answer;
  return { told: `${response.status} ${errors?.[0]?.extensions.code ?? JSON.stringify(data)}`, data: data ?? {} };
}

const mutation = (name: string, selection = '__typename') =>
  `mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${selection} } }`;

/** Sends a mutation, which must succeed; returns its payload. */
async function command<Payload>(url: string, caller: Caller, name: string, input: object, selection?: string): Promise<Payload> {
  const { told, data } = await send(url, caller, { query: mutation(name, selection), variables: { input } });
  if (!told.startsWith('200 {')) throw new Error(`${name} got ${told}`);
  return (data as Record<string, Payload>)[name]!;
}

const globalId = (...parts: readonly string[]) => Buffer.from(parts.join(':')).toString('base64url');
const MAY_RENAME = { query: '{ viewer { can(permission: TENANT_RENAME) } }' };
const SLUG = { query: '{ tenant { slug } }' };
const REFUSED = '403 TENANT_NOT_FOUND';

/** A tenant whose people, status, keys and documents change. */
export class ChangingTenant {
  readonly #owner: Caller;
  readonly #slug: string;
  readonly #roles = { id: randomUUID() as string, isAdmin: false, token: '' };
  readonly #guest = { person: randomUUID() as string, token: '', membership: null as string | null };
  #isSuspended = false;
  #document: { readonly text: string; readonly version: string } | null = null;

  private constructor(
    private readonly database: Pick<ScriptDatabase, 'sql'>,
    readonly tenant: Tenant,
    private readonly staff: Caller,
  ) {
    this.#owner = { token: tenant.token, tenant: tenant.id };
    this.#slug = `200 {"tenant":{"slug":"${tenant.mark}"}}`;
  }

  static async make(database: Pick<ScriptDatabase, 'sql'>, installation: Installation, tenant: Tenant): Promise<ChangingTenant> {
    const staff = { token: await installation.tokenOf('staff', { ipto_staff: true }) };
    const made = new ChangingTenant(database, tenant, staff);
    const person = async (id: string, subject: string) => {
      await database.sql('INSERT INTO person (id, issuer, subject, name) VALUES ($1, $2, $3, $3)', [id, installation.issuer, subject]);
      return await installation.tokenOf(subject);
    };
    made.#roles.token = await person(made.#roles.id, `${tenant.mark}-roles`);
    made.#guest.token = await person(made.#guest.person, `${tenant.mark}-guest`);
    await made.#join(made.#roles.id, made.#roles.id);
    return made;
  }

  /** A change of one of the kinds; `url` is for what has to be there before. */
  async prepare(kind: Kind, url: string): Promise<Change> {
    return await this[kind](url);
  }

  /** The token of a member, and what removes it. */
  async guest(): Promise<{ readonly token: string; readonly remove: (url: string) => Promise<void> }> {
    if (!this.#guest.membership) await this.#joinGuest();
    const membershipId = globalId('Membership', this.tenant.id, this.#guest.membership!);
    const remove = async (url: string) => {
      await command(url, this.#owner, 'removeMember', { membershipId });
      this.#guest.membership = null;
    };
    return { token: this.#guest.token, remove };
  }

  async rename(url: string, name: string): Promise<void> {
    await command(url, this.#owner, 'renameTenant', { name });
  }

  private async roles(): Promise<Change> {
    const { id, token, isAdmin } = this.#roles;
    const input = { membershipId: globalId('Membership', this.tenant.id, id), roles: [isAdmin ? 'VIEWER' : 'ADMIN'] };
    return {
      ask: async url => (await send(url, { token, tenant: this.tenant.id }, MAY_RENAME)).told,
      before: `200 {"viewer":{"can":${isAdmin}}}`,
      make: async url => {
        await command(url, this.#owner, 'setMemberRoles', input);
        this.#roles.isAdmin = !isAdmin;
      },
      after: `200 {"viewer":{"can":${!isAdmin}}}`,
    };
  }

  /** A guest is removed, and the next time joins, by a row: an invitation would need its mail. */
  private async membership(): Promise<Change> {
    const ask = async (url: string) => (await send(url, { token: this.#guest.token, tenant: this.tenant.id }, SLUG)).told;
    if (!this.#guest.membership) return { ask, before: REFUSED, make: () => this.#joinGuest(), after: this.#slug };
    return { ask, before: this.#slug, make: (await this.guest()).remove, after: REFUSED };
  }

  private async status(): Promise<Change> {
    const isSuspended = this.#isSuspended;
    const tenantId = this.tenant.id;
    return {
      ask: async url => (await send(url, this.#owner, MAY_RENAME)).told,
      before: `200 {"viewer":{"can":${!isSuspended}}}`,
      make: async url => {
        if (isSuspended) await command(url, this.staff, 'staffResumeTenant', { tenantId });
        else await command(url, this.staff, 'staffSuspendTenant', { tenantId, reason: 'A drill.' });
        this.#isSuspended = !isSuspended;
      },
      after: `200 {"viewer":{"can":${isSuspended}}}`,
    };
  }

  private async key(url: string): Promise<Change> {
    type Created = { readonly apiKey: { readonly id: string }; readonly secret: string };
    const input = { name: randomUUID(), scopes: ['TENANT_READ'] };
    const { apiKey, secret } = await command<Created>(url, this.#owner, 'createApiKey', input, 'apiKey { id } secret');
    return {
      ask: async at => (await send(at, { token: secret }, SLUG)).told,
      before: this.#slug,
      make: async at => void (await command(at, this.#owner, 'revokeApiKey', { apiKeyId: apiKey.id })),
      after: '401 UNAUTHENTICATED',
    };
  }

  /** A document is registered, and the next time retired. */
  private async document(): Promise<Change> {
    const isNew = !this.#document;
    this.#document ??= { text: `query D${randomUUID().replaceAll('-', '')} { tenant { slug } }`, version: randomUUID() };
    const { text, version } = this.#document;
    return {
      ask: async url => (await send(url, this.#owner, { documentId: idOf(text) })).told,
      before: isNew ? '400 DOCUMENT_NOT_FOUND' : this.#slug,
      make: async url => {
        if (isNew) await command(url, this.#owner, 'registerDocuments', { app: 'drill', version, documents: manifestOf(text) });
        else {
          await command(url, this.#owner, 'retireDocuments', { app: 'drill', version });
          this.#document = null;
        }
      },
      after: isNew ? this.#slug : '400 DOCUMENT_RETIRED',
    };
  }

  async #joinGuest(): Promise<void> {
    const membership = randomUUID();
    await this.#join(membership, this.#guest.person);
    this.#guest.membership = membership;
  }

  async #join(id: string, person: string): Promise<void> {
    await this.database.sql("INSERT INTO membership (tenant_id, id, person_id, roles) VALUES ($1, $2, $3, '{viewer}')", [
      this.tenant.id,
      id,
      person,
    ]);
  }

  /** Whether a kind can be prepared now: one that is suspended takes no other change. */
  kinds(): readonly Kind[] {
    return this.#isSuspended ? ['status'] : KINDS;
  }
}

export const KINDS = ['roles', 'membership', 'status', 'key', 'document'] as const;
export type Kind = (typeof KINDS)[number];

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tenant } from './tenants.ts';

/** A change that was acknowledged: it must not be lost. */
export type Acknowledged = {
  readonly tenantId: string;
  /** Its request id, which its audit event has; null for a retrieval, which is a record itself. */
  readonly request: string | null;
  /** The usage record of a retrieval. */
  readonly usage: string | null;
};

/** What a load does: changes of several nouns, and reads. */
export type Kind = 'rename' | 'dataset' | 'invite' | 'retrieve' | 'read';

type Operation = { readonly query: string; readonly input: (tenant: Tenant) => object };

const mutation = (name: string, selection: string) =>
  `mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${selection} } }`;

const OPERATIONS: Readonly<Record<Kind, Operation>> = {
  rename: { query: mutation('renameTenant', '__typename'), input: ({ mark }) => ({ name: `${mark} ${randomUUID()}` }) },
  dataset: { query: mutation('createDataset', '__typename'), input: ({ mark }) => ({ name: `${mark} ${randomUUID()}` }) },
  invite: {
    query: mutation('inviteMember', '__typename'),
    input: () => ({ email: `${randomUUID()}@people.example`, roles: ['VIEWER'] }),
  },
  retrieve: {
    query: mutation('retrieveObject', 'retrieval { usageRecordId }'),
    input: ({ entitlement, object }) => ({ entitlementId: entitlement, objectId: object, idempotencyKey: randomUUID() }),
  },
  read: {
    query:
      '{ tenant { slug name datasets(first: 3) { edges { node { name } } } memberships(first: 3) { edges { node { user { name } } } } } }',
    input: () => ({}),
  },
};

const ANY_MARK = /mark-[0-9a-f]{8}-[0-9a-f]{4}/g;

type Response = {
  readonly data?: Record<string, { readonly retrieval?: { readonly usageRecordId: string } } | null> | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
};

/** Requests of several tenants at once, until {@link Load.stop}. */
export class Load {
  readonly acknowledged: Acknowledged[] = [];
  /** What responses had of other tenants, and other answers that must not be. */
  readonly faults: string[] = [];
  reads = 0;
  /** Requests without a response, or with an error that says to try again. */
  failures = 0;
  /** What each of them got. */
  readonly reasons: string[] = [];
  #isOver = false;
  #loops: Promise<void>[] = [];

  constructor(
    /** A gateway's URL; null while there is none. */
    private readonly url: () => string | null,
    private readonly tenants: readonly Tenant[],
    private readonly kinds: readonly Kind[] = ['rename', 'dataset', 'retrieve', 'read'],
  ) {}

  start(atOnce: number): this {
    this.#isOver = false;
    this.#loops = Array.from({ length: atOnce }, async (_, loop) => {
      for (let count = loop; !this.#isOver; count += 1)
        if (!(await this.send(this.kinds[count % this.kinds.length]!, this.tenants[count % this.tenants.length]!))) await sleep(10);
    });
    return this;
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
  }

  /** Sends so many requests, some of them at once. */
  async sendAll(count: number, atOnce: number): Promise<void> {
    let sent = 0;
    const loop = async () => {
      for (let at = sent++; at < count; at = sent++)
        await this.send(this.kinds[at % this.kinds.length]!, this.tenants[(at * 7) % this.tenants.length]!);
    };
    await Promise.all(Array.from({ length: atOnce }, loop));
  }

  /** Sends one request; whether it succeeded. */
  async send(kind: Kind, tenant: Tenant): Promise<boolean> {
    const url = this.url();
    if (!url) return false;
    const { query, input } = OPERATIONS[kind];
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${tenant.token}`, 'x-tenant-id': tenant.id };
    const body = JSON.stringify({ query, ...(kind !== 'read' && { variables: { input: input(tenant) } }) });
    try {
      const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body, signal: AbortSignal.timeout(60_000) });
      const text = await response.text();
      this.#note(kind, tenant, response, text);
      return response.ok && !text.includes('"errors"');
    } catch (error) {
      if ((error as Error).name === 'TimeoutError') this.faults.push(`${kind} hung for a minute`);
      this.failures += 1;
      const { message, cause } = error as Error;
      this.reasons.push(`${kind}: ${message}: ${(cause as Error | undefined)?.message}`);
      return false;
    }
  }

  #note(kind: Kind, tenant: Tenant, { headers, status }: globalThis.Response, text: string): void {
    for (const mark of text.match(ANY_MARK) ?? [])
      if (!tenant.mark.startsWith(mark)) this.faults.push(`a response to ${tenant.mark} has ${mark}`);
    const { data, errors } = JSON.parse(text) as Response;
    const code = errors?.[0]?.extensions.code;
    if (code) {
      this.failures += 1;
      this.reasons.push(`${kind} got ${status} ${code}`);
      if (!['UNAVAILABLE', 'CONFLICT'].includes(code)) this.faults.push(`${kind} got ${status} ${code}`);
      return;
    }
    if (kind === 'read') {
      this.reads += 1;
      return;
    }
    const { retrieval } = Object.values(data!)[0]!;
    const usage = retrieval ? Buffer.from(retrieval.usageRecordId, 'base64url').toString().split(':').at(-1)! : null;
    this.acknowledged.push({ tenantId: tenant.id, request: usage ? null : headers.get('x-request-id')!, usage });
  }
}

/** Sends changes until one is acknowledged; how long that took, ms. */
export async function untilServed(load: Load, tenant: Tenant, within = 60_000): Promise<number> {
  const since = performance.now();
  while (!(await load.send('rename', tenant))) {
    if (performance.now() - since > within) return Number.POSITIVE_INFINITY;
    await sleep(20);
  }
  return performance.now() - since;
}

/** Waits until a load has got `count` more acknowledgements. */
export async function acknowledgements(load: Load, count: number): Promise<void> {
  const enough = load.acknowledged.length + count;
  while (load.acknowledged.length < enough) await sleep(2);
}

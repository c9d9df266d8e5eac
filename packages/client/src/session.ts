import type { ClientOptions } from './options.ts';

/** The token of a request, and its headers. */
export type Credentials = { readonly token: string | null; readonly headers: Readonly<Record<string, string>> };

/** Writes the headers that say who calls, and where. */
export class Session {
  constructor(private readonly options: Pick<ClientOptions, 'token' | 'tenant' | 'headers' | 'groupRefusals'>) {}

  /** @param refused the token that the gateway has just refused, else null. */
  async credentials(tenant: string | undefined, refused: string | null): Promise<Credentials> {
    const { token: source = null, groupRefusals, headers } = this.options;
    const token = typeof source === 'function' ? await source(refused) : source;
    const tenantId = tenant ?? this.options.tenant;
    return {
      token,
      headers: {
        ...headers,
        'content-type': 'application/json',
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(tenantId !== undefined && { 'x-tenant-id': tenantId }),
        ...(groupRefusals && { 'x-refusals': 'grouped' }),
      },
    };
  }
}

import { Client, type TokenSource } from '@ipto/client';
import { authExchange } from '@urql/exchange-auth';
import { cacheExchange, fetchExchange, Client as Urql } from 'urql';
import { ENDPOINT } from './address.ts';
import { byHash } from './by-hash.ts';

/** The two clients of a person in a tenant: urql for what is shown, `client` for what happens. */
export type Connection = { readonly urql: Urql; readonly client: Client };

export const connect = (tokens: TokenSource, tenant: string): Connection => ({
  client: new Client({ url: ENDPOINT, token: tokens, tenant }),
  urql: new Urql({
    url: ENDPOINT,
    preferGetMethod: false,
    // A list whose items lack the same field has one error for all of them.
    fetchOptions: { headers: { 'x-tenant-id': tenant, 'x-refusals': 'grouped' } },
    exchanges: [byHash, cacheExchange, signed(tokens), fetchExchange],
  }),
});

/** Sends the token, and after a 401 the request once more with a new one. */
const signed = (tokens: TokenSource) =>
  authExchange(async utils => {
    let token = await tokens(null);
    return {
      addAuthToOperation: operation => utils.appendHeaders(operation, { authorization: `Bearer ${token}` }),
      didAuthError: ({ response }) => response?.status === 401,
      refreshAuth: async () => {
        token = await tokens(token);
      },
    };
  });

import SchemaBuilder from '@pothos/core';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import '../../src/access/policy-plugin.ts';
import type { Context } from '../../src/graphql/core/context.ts';
import { unauthorized } from '../../src/graphql/core/refusal.ts';

/** A builder for small schemas with the gateway's context and permission checks. */
export const contextBuilder = () =>
  new SchemaBuilder<{ Context: Context; DefaultFieldNullability: false; DefaultAuthStrategy: 'all'; AuthScopes: { never: boolean } }>({
    plugins: ['policy', ScopeAuthPlugin],
    defaultFieldNullability: false,
    scopeAuth: { defaultStrategy: 'all', authScopes: () => ({ never: false }), unauthorizedError: unauthorized },
  } as never); // the types require options of every registered plugin

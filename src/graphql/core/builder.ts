import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import '../../access/policy-plugin.ts';
import './prisma-read.ts';
import './global-id-field.ts';
import './command-plugin.ts';
import type PrismaTypes from '../../generated/pothos.ts';
import { getDatamodel } from '../../generated/pothos.ts';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { Context } from './context.ts';
import { decodeGlobalId, encodeGlobalId } from './global-id.ts';
import { PAGE_SIZE } from './page-size.ts';
import { unauthorized } from './refusal.ts';
import type { Scalars, SubgraphScalars } from './scalars.ts';

type Types = {
  Context: Context;
  PrismaTypes: PrismaTypes;
  Scalars: Scalars & SubgraphScalars;
  DefaultAuthStrategy: 'all';
  DefaultFieldNullability: false;
  AuthScopes: { never: boolean };
  Connection: { totalCount: () => number | Promise<number> };
};

/** Connections and edges need what the field that returns them needs. */
const wrapper = { policy: 'as-parent' } as const;

/**
 * The schema's builder. Plugins wrap a field in this order: `command` records refusals and is
 * outermost, `policy` translates a field's policy for scope-auth, and scope-auth enforces it.
 */
export const builder = new SchemaBuilder<Types>({
  plugins: ['command', 'policy', ScopeAuthPlugin, RelayPlugin, PrismaPlugin, ComplexityPlugin],
  defaultFieldNullability: false,
  scopeAuth: {
    defaultStrategy: 'all',
    treatErrorsAsUnauthorized: false,
    authScopes: () => ({ never: false }),
    unauthorizedError: unauthorized,
  },
  prisma: {
    client: ({ work }) => work.db as unknown as PrismaClient,
    dmmf: getDatamodel(),
    onUnusedQuery: process.env.NODE_ENV === 'production' ? null : 'error',
  },
  relay: {
    encodeGlobalID: encodeGlobalId,
    decodeGlobalID: decodeGlobalId,
    cursorType: 'String',
    firstArgOptions: { description: `The number of items from the start. At most ${PAGE_SIZE.max}. Default: ${PAGE_SIZE.default}.` },
    lastArgOptions: { description: `The number of items from the end, instead of \`first\`. At most ${PAGE_SIZE.max}.` },
    afterArgOptions: { description: 'Only items after this cursor.' },
    beforeArgOptions: { description: 'Only items before this cursor.' },
    clientMutationId: 'omit',
    idFieldOptions: { ...wrapper, description: 'The global id of the object, for `Query.node`.' },
    // node.ts defines them
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    cursorFieldOptions: wrapper,
    nodeFieldOptions: wrapper,
    // the connection's own complexity already counts its rows
    edgesFieldOptions: { ...wrapper, complexity: { field: 1, multiplier: 1 } },
    pageInfoFieldOptions: wrapper,
    hasNextPageFieldOptions: wrapper,
    hasPreviousPageFieldOptions: wrapper,
    startCursorFieldOptions: wrapper,
    endCursorFieldOptions: wrapper,
  },
});

builder.globalConnectionField('totalCount', t =>
  t.int({ policy: 'as-parent', description: 'The number of items on all pages.', resolve: ({ totalCount }) => totalCount() }),
);

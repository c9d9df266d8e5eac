import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from './context.ts';

/** The Prisma arguments that read what a document selects of the rows of a connection. */
export const nodeSelection = (typeName: 'ApiKey' | 'UsageRecord', context: Context, info: GraphQLResolveInfo): object =>
  queryFromInfo({ context, info, typeName, paths: [['edges', 'node'], ['nodes']] }) as object;

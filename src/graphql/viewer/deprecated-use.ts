import type { GraphQLSchema } from 'graphql';
import { type DeprecatedUse, deprecatedUsesOf, KEPT_DAYS } from '../../database/queries/deprecated-use.ts';
import { builder } from '../core/builder.ts';
import { callerOf } from '../core/caller.ts';
import type { Context } from '../core/context.ts';
import { type Deprecation, deprecationsOf } from '../core/deprecation.ts';

type Use = DeprecatedUse & Deprecation;

export const DeprecatedUseType = builder.objectRef<Use>('DeprecatedUse').implement({
  description: `Your use of a deprecated part of the schema, while the last one is at most ${KEPT_DAYS} days ago.`,
  fields: t => ({
    field: t.exposeString('part', {
      policy: 'public',
      description: 'The coordinate of the part: `Type.field`, `Type.field(argument:)`, `Input.field` or `Enum.VALUE`.',
    }),
    reason: t.exposeString('reason', { policy: 'public', description: 'Why it is deprecated, and what to use instead.' }),
    count: t.exposeInt('count', { policy: 'public', description: 'How many of your operations named it.' }),
    lastAt: t.expose('lastAt', { type: 'DateTime', policy: 'public', description: 'When the last of them was sent.' }),
    removalAt: t.expose('removalAt', { type: 'DateTime', policy: 'public', description: 'It may be removed after this date.' }),
  }),
});

/**
 * The caller's own uses in the request's tenant, of what is still in the schema; none outside of
 * any tenant.
 */
export async function deprecatedUsesBy(context: Context, schema: GraphQLSchema): Promise<Use[]> {
  const deprecations = deprecationsOf(schema);
  const caller = callerOf(context);
  if (!caller || !deprecations.size) return [];
  const uses = await deprecatedUsesOf(context.work.query, caller, context.services.clock.now());
  return uses.flatMap(use => {
    const deprecation = deprecations.get(use.part);
    return deprecation ? [{ ...use, ...deprecation }] : [];
  });
}

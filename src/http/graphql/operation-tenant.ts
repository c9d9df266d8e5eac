import { type GraphQLSchema, Kind, type SelectionSetNode, type ValueNode } from 'graphql';
import { GatewayError } from '../../domain/core/errors.ts';
import { PreparedOperation } from '../../executor/prepared-operation.ts';
import type { Context } from '../../graphql/core/context.ts';
import type { Documents } from './documents.ts';
import { parseWithinLimits } from './limits.ts';
import { areParameters } from './parameters.ts';

const NONE: readonly ValueNode[] = [];

/**
 * The slug in an operation's `tenant(slug:)`, in lower case: a source of the tenant context, which
 * is resolved before anything runs (SPEC T2, T3). Fields that `@skip` leaves out count as well.
 *
 * @throws {GatewayError} TENANT_CONFLICT for several slugs.
 */
export function tenantSlug(operation: PreparedOperation): string | undefined {
  operation.tenantSlugs ??= slugArguments(operation);
  if (!operation.tenantSlugs.length) return undefined;
  const slugs = new Set(operation.tenantSlugs.flatMap(value => textOf(value, operation)?.toLowerCase() ?? []));
  if (slugs.size > 1) throw new GatewayError('TENANT_CONFLICT', 'A query acts in one tenant: its `slug` arguments must be the same.');
  const [slug] = slugs;
  return slug;
}

/**
 * {@link tenantSlug} of a request whose document isn't in the caches. None for a document that
 * can't be parsed or doesn't have the operation: yoga refuses it without executing anything.
 */
export function tenantSlugOf(schema: GraphQLSchema, documents: Documents, parameters: object): string | undefined {
  if (!areParameters(parameters) || !parameters.query.includes('slug')) return undefined;
  const { query, operationName, variables: variableValues } = parameters;
  const document = documents.parsed.get(query) ?? parseWithinLimits(query);
  const operation = document && PreparedOperation.of(schema, { document, operationName, variableValues });
  return operation ? tenantSlug(operation) : undefined;
}

/**
 * Whether a slug names the tenant that a request acts in already. It is ignored for a caller who
 * isn't signed in, as it is where it names the tenant.
 */
export const isSlugOf = (
  slug: string | undefined,
  { grant, membership, apiKey }: Pick<Context, 'grant' | 'membership' | 'apiKey'>,
): boolean => slug === undefined || grant.principal.kind === 'nobody' || slug === (membership ?? apiKey)?.slug;

/**
 * Checks the slug of a tenant's document, which was found in the tenant that the request names.
 *
 * @throws {GatewayError} TENANT_CONFLICT.
 */
export function checkSlug(slug: string | undefined, context: Context): void {
  if (isSlugOf(slug, context)) return;
  throw new GatewayError(
    'TENANT_CONFLICT',
    'The `slug` of the document is not that of the tenant in which the request acts: send `X-Tenant-Id`.',
  );
}

/** The `slug` arguments of the operation's root fields `tenant`, in fragments as well. */
function slugArguments({ document, operation }: PreparedOperation): readonly ValueNode[] {
  if (operation.operation !== 'query') return NONE;
  const found: ValueNode[] = [];
  const spread = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else if (selection.kind === Kind.FIELD) {
        if (selection.name.value === 'tenant')
          found.push(...(selection.arguments ?? []).flatMap(({ name, value }) => (name.value === 'slug' ? value : [])));
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        for (const definition of document.definitions)
          if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value)
            collect(definition.selectionSet);
      }
    }
  };
  collect(operation.selectionSet);
  return found.length ? found : NONE;
}

/**
 * The text of a literal, of a variable or of its default; undefined for null, and for what is no
 * text, which GraphQL refuses.
 */
function textOf(value: ValueNode, { operation, variableValues }: PreparedOperation): string | undefined {
  if (value.kind === Kind.STRING) return value.value;
  if (value.kind !== Kind.VARIABLE) return undefined;
  const name = value.name.value;
  const given = variableValues && Object.hasOwn(variableValues, name) ? variableValues[name] : undefined;
  if (given !== undefined) return typeof given === 'string' ? given : undefined;
  const { defaultValue } = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name) ?? {};
  return defaultValue?.kind === Kind.STRING ? defaultValue.value : undefined;
}

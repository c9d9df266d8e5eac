import { type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql';
import type { SchemaReader } from '../../access/introspection.ts';
import { badInput, GatewayError, isErrorCode } from '../../domain/core/errors.ts';
import { forecastRefusals } from '../../executor/forecast.ts';
import { PreparedOperation } from '../../executor/prepared-operation.ts';
import type { Context, Explain } from '../../graphql/core/context.ts';
import { isCleanText } from './clean-text.ts';
import { closedError, hideSchema, isClosedTo } from './closed-schema.ts';
import { costOf, limitErrors } from './complexity.ts';
import { tenantSlug } from './operation-tenant.ts';
import type { Yoga } from './yoga.ts';

/**
 * Makes the function that explains an operation (SPEC G10). The operation passes the same parser,
 * validation and limits as one that is executed, and nothing of it runs.
 *
 * @throws {GatewayError} with the code that its execution would be refused with.
 */
export function createExplain(schema: GraphQLSchema, yoga: Yoga): Explain {
  const checkOnce = createOnce();
  return async ({ document: text, variables, operationName }, contextValue) => {
    checkOnce(contextValue, text);
    const failure = failureFor(contextValue);
    const document = await validDocument(schema, yoga, text, operationName, failure);
    if (isClosedTo(document, contextValue)) throw failure([closedError(contextValue)]);
    if (!isCleanText(document, variables)) throw badInput('A text holds a NUL character or half of a surrogate pair.');
    const input = { document, operationName, variableValues: variables };
    const operation = PreparedOperation.of(schema, input)!;
    checkTenant(operation, contextValue);
    const { coerced, errors } = operation.variables;
    if (!coerced) throw failure(errors);
    const limits = limitErrors({ schema, contextValue, ...input });
    if (limits.length) throw failure(limits);
    return { cost: costOf(operation, contextValue)!, refusals: forecastRefusals(operation, coerced, contextValue.grant) };
  };
}

/**
 * A document with `tenant(slug:)` is explained in that tenant alone: elsewhere the permissions are
 * others. The slug is ignored for a caller who isn't signed in, as it is in the execution.
 *
 * @throws {GatewayError} TENANT_CONFLICT.
 */
function checkTenant(operation: PreparedOperation, { grant, membership, apiKey }: Context): void {
  const slug = tenantSlug(operation);
  if (slug === undefined || grant.principal.kind === 'nobody' || slug === (membership ?? apiKey)?.slug) return;
  throw new GatewayError(
    'TENANT_CONFLICT',
    'The document names a tenant by its `slug`: send `explain` in that tenant, with the `X-Tenant-Id` header.',
  );
}

/**
 * Lets one document of each request through: a document may be as much work as a request of its
 * own.
 */
function createOnce(): (context: object, text: string) => void {
  const explained = new WeakMap<object, string>();
  return (context, text) => {
    if ((explained.get(context) ?? text) !== text) throw badInput('`explain` takes one document in each request.');
    explained.set(context, text);
  };
}

/**
 * Parses and validates a document by yoga's plugins, which hold the limits and refuse a document
 * without the named operation.
 */
async function validDocument(
  schema: GraphQLSchema,
  yoga: Yoga,
  text: string,
  operationName: string | null | undefined,
  failure: ReturnType<typeof failureFor>,
): Promise<DocumentNode> {
  const { parse, validate } = yoga.getEnveloped({ request: { method: 'POST' }, params: { operationName } });
  try {
    const document: DocumentNode = await parse(text);
    const errors = (await validate(schema, document)) as readonly GraphQLError[];
    if (errors.length) throw failure(errors);
    return document;
  } catch (error) {
    throw error instanceof GraphQLError ? failure([error]) : error;
  }
}

/**
 * Makes the first of some errors into one for a caller: with its code, and the messages and places
 * of all of them.
 */
const failureFor =
  (caller: SchemaReader) =>
  (all: readonly GraphQLError[]): GatewayError => {
    const errors = hideSchema(all, caller);
    const { message, extensions } = errors[0]!;
    const { code, http: _, ...details } = extensions;
    return new GatewayError(isErrorCode(code) ? code : 'BAD_USER_INPUT', message, {
      ...details,
      errors: errors.map(error => ({ message: error.message, locations: error.locations })),
    });
  };

import type { GraphQLSchema } from 'graphql';
import { badInput, GatewayError } from '../../domain/core/errors.ts';
import { forecastRefusals } from '../../executor/forecast.ts';
import { PreparedOperation } from '../../executor/prepared-operation.ts';
import type { Explain } from '../../graphql/core/context.ts';
import { costOf, limitErrors } from './complexity.ts';
import { isSlugOf, tenantSlug } from './operation-tenant.ts';
import { failure, validDocument } from './valid-document.ts';
import type { Yoga } from './yoga.ts';

/**
 * Makes the function that explains an operation (SPEC G10). The operation passes the same parser,
 * validation and limits as one that is executed, and nothing of it runs.
 *
 * @throws {GatewayError} with the code that its execution would be refused with; TENANT_CONFLICT
 * for a document with `tenant(slug:)` of another tenant, where the permissions are others.
 */
export function createExplain(schema: GraphQLSchema, yoga: Yoga): Explain {
  const checkOnce = createOnce();
  return async ({ document: text, variables, operationName }, contextValue) => {
    checkOnce(contextValue, text);
    const document = await validDocument(schema, yoga, { text, operationName, variables }, contextValue);
    const input = { document, operationName, variableValues: variables };
    const operation = PreparedOperation.of(schema, input)!;
    if (!isSlugOf(tenantSlug(operation), contextValue))
      throw new GatewayError(
        'TENANT_CONFLICT',
        'The document names a tenant by its `slug`: send `explain` in that tenant, with the `X-Tenant-Id` header.',
      );
    const { coerced, errors } = operation.variables;
    if (!coerced) throw failure(errors, contextValue);
    const limits = limitErrors({ schema, contextValue, ...input });
    if (limits.length) throw failure(limits, contextValue);
    return { cost: costOf(operation, contextValue)!, refusals: forecastRefusals(operation, coerced, contextValue.grant) };
  };
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

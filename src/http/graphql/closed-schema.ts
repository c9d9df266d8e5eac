import { type DocumentNode, GraphQLError, visit } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { mayIntrospect, type SchemaReader } from '../../access/introspection.ts';

/** Whether a document asks for the schema. Key: the document, on which alone it depends. */
const introspecting = new WeakMap<DocumentNode, boolean>();

/** Fields that describe the schema. `__typename` is of a field that the client knows. */
const DESCRIBING: ReadonlySet<string> = new Set(['__schema', '__type', '_service']);

function isIntrospecting(document: DocumentNode): boolean {
  let found = introspecting.get(document);
  if (found === undefined) {
    found = false;
    visit(document, {
      Field: ({ name }) => {
        found ||= DESCRIBING.has(name.value);
      },
    });
    introspecting.set(document, found);
  }
  return found;
}

/**
 * Whether a document asks for the schema although its caller may not read it. Validation is the
 * same for all callers and cached for all, so this is checked whenever a document is executed.
 */
export const isClosedTo = (document: DocumentNode, caller: SchemaReader): boolean => !mayIntrospect(caller) && isIntrospecting(document);

/** One error for whatever is wrong with a document: a typo, an unknown type, or introspection. */
export const closedError = ({ introspection }: SchemaReader): GraphQLError =>
  new GraphQLError(`The document does not fit the schema, or asks for it. ${hint({ introspection })}`, {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });

const variablesError = ({ introspection }: SchemaReader): GraphQLError =>
  new GraphQLError(`A variable is missing or does not fit its type. ${hint({ introspection })}`, {
    extensions: { code: 'BAD_USER_INPUT' },
  });

const hint = ({ introspection }: Pick<SchemaReader, 'introspection'>): string =>
  introspection === 'off' ? 'This gateway does not say more.' : 'Sign in to see more.';

/**
 * The errors that a caller may see of those that refuse a whole operation. Messages about types,
 * fields, arguments and values of enums are replaced with one, for a caller who may not read the
 * schema: they would suggest names. Limits and syntax don't depend on the schema.
 *
 * @param errors as validation and the coercion of variables report them.
 */
export function hideSchema(errors: readonly GraphQLError[], caller: SchemaReader): readonly GraphQLError[] {
  if (mayIntrospect(caller)) return errors;
  const shown = errors.filter(error => !isOfDocument(error) && !isOfVariables(error));
  return [
    ...(errors.some(isOfDocument) ? [closedError(caller)] : []),
    ...(errors.some(isOfVariables) ? [variablesError(caller)] : []),
    ...shown,
  ];
}

/** Whether validation reported an error. Those of limits say which (`what`). */
const isOfDocument = ({ path, extensions }: GraphQLError): boolean =>
  path === undefined && extensions.code === 'GRAPHQL_VALIDATION_FAILED' && extensions.what === undefined;

/** Whether GraphQL.js reported an error without a code of ours, when it coerced variables. */
const isOfVariables = ({ path, nodes, extensions, originalError }: GraphQLError): boolean =>
  path === undefined && extensions.code === undefined && (nodes !== undefined || !originalError || originalError instanceof GraphQLError);

/** Refuses introspection to those who may not read the schema. */
export const useClosedSchema: Plugin = {
  onExecute({ args: { document, contextValue }, setResultAndStopExecution }) {
    const caller = contextValue as object as SchemaReader;
    if (isClosedTo(document, caller)) setResultAndStopExecution({ errors: [closedError(caller)] });
  },
};

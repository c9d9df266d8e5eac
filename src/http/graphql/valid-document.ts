import { type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql';
import type { SchemaReader } from '../../access/introspection.ts';
import { badInput, GatewayError, isErrorCode } from '../../domain/core/errors.ts';
import { isCleanText } from './clean-text.ts';
import { closedError, hideSchema, isClosedTo } from './closed-schema.ts';
import type { Yoga } from './yoga.ts';

type Text = { readonly text: string; readonly operationName?: string | null | undefined; readonly variables?: unknown };

/**
 * Parses and validates a document that isn't executed, by yoga's plugins, which hold the limits and
 * refuse a document without the named operation.
 *
 * @param caller decides how much the errors say of the schema.
 * @throws {GatewayError} with the code that its execution would be refused with.
 */
export async function validDocument(
  schema: GraphQLSchema,
  yoga: Yoga,
  { text, operationName, variables }: Text,
  caller: SchemaReader,
): Promise<DocumentNode> {
  const { parse, validate } = yoga.getEnveloped({ request: { method: 'POST' }, params: { operationName } });
  try {
    const document: DocumentNode = await parse(text);
    const errors = (await validate(schema, document)) as readonly GraphQLError[];
    if (errors.length) throw failure(errors, caller);
    if (isClosedTo(document, caller)) throw failure([closedError(caller)], caller);
    if (!isCleanText(document, variables)) throw badInput('A text holds a NUL character or half of a surrogate pair.');
    return document;
  } catch (error) {
    throw error instanceof GraphQLError ? failure([error], caller) : error;
  }
}

/**
 * The first of some errors that a caller may see, with its code, and the messages and places of all
 * of them.
 */
export function failure(all: readonly GraphQLError[], caller: SchemaReader): GatewayError {
  const errors = hideSchema(all, caller);
  const { message, extensions } = errors[0]!;
  const { code, http: _, ...details } = extensions;
  return new GatewayError(isErrorCode(code) ? code : 'BAD_USER_INPUT', message, {
    ...details,
    errors: errors.map(error => ({ message: error.message, locations: error.locations })),
  });
}

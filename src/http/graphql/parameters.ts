import { GatewayError } from '../../domain/core/errors.ts';

/** The parameters of a GraphQL request, of the right types (GraphQL over HTTP, 4.1). */
export type Parameters = {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly operationName?: string | null;
  readonly extensions?: Readonly<Record<string, unknown>> | null;
};

/** Without `documentId`: a text takes its place first. */
const NAMES: readonly string[] = ['query', 'variables', 'operationName', 'extensions'];

export const areParameters = (value: unknown): value is Parameters =>
  isObject(value) &&
  typeof value.query === 'string' &&
  (value.variables == null || isObject(value.variables)) &&
  (value.operationName == null || typeof value.operationName === 'string') &&
  (value.extensions == null || isObject(value.extensions)) &&
  Object.keys(value).every(name => NAMES.includes(name));

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Parses a body. Returns any JSON object or list; yoga says what is wrong with its members.
 *
 * @throws {GatewayError} BAD_REQUEST.
 */
export function parseBody(text: string): object {
  const value = parseJson(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text, 'The body is not JSON.');
  if (typeof value !== 'object' || value === null) throw badRequest('The body is not a JSON object.');
  return value;
}

const BYTE_ORDER_MARK = 0xfeff;

/** @throws {GatewayError} BAD_REQUEST. */
export function parseQueryString(url: string): object {
  const text = url.split('?').slice(1).join('?');
  try {
    decodeURIComponent(text);
  } catch {
    throw badRequest('The query string is not UTF-8, percent-encoded.');
  }
  const query = new URLSearchParams(text);
  const json = (name: string) => {
    const value = query.get(name);
    return value ? parseJson(value, `The parameter \`${name}\` is not JSON.`) : undefined;
  };
  return {
    documentId: query.get('documentId') || undefined,
    query: query.get('query') || undefined,
    operationName: query.get('operationName') || undefined,
    variables: json('variables'),
    extensions: json('extensions'),
  };
}

function parseJson(text: string, message: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(message);
  }
}

const badRequest = (message: string) => new GatewayError('BAD_REQUEST', message);

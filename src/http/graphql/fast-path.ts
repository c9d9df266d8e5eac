import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionResult, execute, type GraphQLError, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { RefusedField } from '../../access/refused-field.ts';
import type { Executor } from '../../executor/executor.ts';
import { PreparedOperation } from '../../executor/prepared-operation.ts';
import type { Context } from '../../graphql/core/context.ts';
import type { OptimisticContext } from '../auth/optimistic-context.ts';
import { isCleanText } from './clean-text.ts';
import { isWithinLimits } from './complexity.ts';
import type { Documents } from './documents.ts';
import { publicError, type Served } from './errors.ts';
import { LIMITS } from './limits.ts';

/**
 * Answers requests that are plain, and leaves any other to yoga, with what was read of it: a POST
 * of JSON as clients send it, whose document passed before, within the limits. Nothing is refused
 * here: whatever could be, yoga refuses. What is answered here is what yoga would answer, to the
 * byte.
 */
export type FastPath = {
  /** @returns whether it was answered. */
  answer(request: IncomingMessage, response: ServerResponse, served: Served, context: Context): Promise<boolean>;
  /**
   * Answers a query under an optimistic context, if the database confirms it. @returns whether it
   * was answered.
   */
  answerOptimistically(request: IncomingMessage, response: ServerResponse, optimistic: OptimisticContext): Promise<boolean>;
};

export function createFastPath(schema: GraphQLSchema, documents: Documents, plans: Executor): FastPath {
  const remembered = new LRUCache<string, PreparedOperation>(REMEMBERED);

  /**
   * What a body asks, or null where that is not for us. Queries that were answer in the same words
   * are not read again.
   */
  function read(bytes: Buffer): PreparedOperation | null {
    if (!isUtf8(bytes)) return null;
    const text = bytes.toString();
    const before = remembered.get(text);
    if (before) return before;
    const prepared = preparedFrom(text);
    if (prepared?.operation.operation === 'query') remembered.set(text, prepared);
    return prepared;
  }

  function preparedFrom(text: string): PreparedOperation | null {
    const params = paramsIn(text);
    const document = params && documents.known(params.query);
    if (!document) return null;
    const { variables: variableValues, operationName } = params;
    const prepared = PreparedOperation.of(schema, { document, operationName, variableValues });
    if (!prepared || prepared.operation.operation === 'subscription' || !isCleanText(document, variableValues)) return null;
    return prepared;
  }

  /** What a request asks, once its body is read; null where that is not for us. */
  async function prepare(request: Read): Promise<PreparedOperation | null> {
    if (request.body === undefined) {
      const bytes = await wholeOf(request);
      request.body = bytes && new ReadBody(bytes);
    }
    return request.body && read(request.body.bytes);
  }

  return {
    answer: async (request, response, served, contextValue) => {
      const type = answerType(request.headers);
      const prepared = type ? await prepare(request) : null;
      if (hasLeft(request)) return true;
      if (!type || !prepared || !isWithinLimits(prepared, contextValue)) return false;
      const text = await plans.answer(prepared, contextValue);
      const result = text === null ? await execute({ contextValue, ...prepared }) : null;
      if (result && !('data' in result)) return false; // nothing of it ran
      send(response, type, text ?? textOf(result!, served));
      return true;
    },
    answerOptimistically: async (request, response, optimistic) => {
      const type = answerType(request.headers);
      const prepared = type ? await prepare(request) : null;
      const text = prepared && (await queried(prepared, optimistic));
      if (!type || !text) return false;
      send(response, type, text);
      return true;
    },
  };

  async function queried(prepared: PreparedOperation, optimistic: OptimisticContext): Promise<string | null> {
    const { context, holds } = optimistic;
    if (prepared.operation.operation !== 'query' || !isWithinLimits(prepared, context)) return null;
    const answered = plans.answer(prepared, context);
    const isSo = holds().catch(() => false); // answer again, and told then
    const [text, holdsSo] = [await answered, await isSo];
    return holdsSo ? text : null;
  }
}

/**
 * How many bodies are remembered, how long one of them may be, and all of them together, in
 * letters.
 */
const REMEMBERED = {
  max: 1_000,
  maxEntrySize: 8_000,
  maxSize: 1_000_000,
  sizeCalculation: (_question: unknown, text: string) => text.length,
} as const;

const JSON_BODY = /^application\/json(; ?charset=utf-8)?$/i;
const MODERN = 'application/graphql-response+json';
const LEGACY = 'application/json';
/** The media type of the answer, by what an `Accept` header names first. */
const ANSWERS = new Map([
  ['*/*', LEGACY],
  ['application/*', LEGACY],
  [LEGACY, LEGACY],
  [MODERN, MODERN],
]);

/** The media type of the answer to a request whose head is as that of most; or undefined. */
function answerType(headers: IncomingMessage['headers']): string | undefined {
  const length = Number(headers['content-length']);
  if (!(length > 0 && length <= LIMITS.bodyBytes) || headers['content-encoding'] !== undefined) return undefined;
  if (!JSON_BODY.test(headers['content-type'] ?? '')) return undefined;
  return ANSWERS.get((headers.accept || '*/*').split(',', 1)[0]!);
}

/**
 * A request whose body was read, for yoga, which takes it from there; null where the client left
 * before its end.
 */
type Read = IncomingMessage & { body?: ReadBody | null };

const hasLeft = (request: IncomingMessage): boolean => (request as Read).body === null;

/** All of a body, or null if it breaks off. */
const wholeOf = (request: IncomingMessage): Promise<Buffer | null> =>
  new Promise(resolve => {
    if (request.destroyed) return resolve(null);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    // also where the client leaves: for who listens, Node makes that an error
    request.once('error', () => resolve(null));
  });

/** The bytes of a body. */
class ReadBody {
  constructor(readonly bytes: Buffer) {}

  async *[Symbol.asyncIterator]() {
    yield this.bytes;
  }
}

type Params = { readonly query: string; readonly variables?: Record<string, unknown> | null; readonly operationName?: string | null };

const PARAMS: readonly string[] = ['query', 'variables', 'operationName', 'extensions'];

/** The parameters of a body that holds nothing else. */
function paramsIn(text: string): Params | null {
  const params = parsed(text);
  if (!isObject(params)) return null;
  const { query, variables, operationName, extensions } = params;
  const fits =
    typeof query === 'string' &&
    (variables == null || isObject(variables)) &&
    (operationName == null || typeof operationName === 'string') &&
    (extensions == null || isObject(extensions)) &&
    Object.keys(params).every(name => PARAMS.includes(name));
  return fits ? (params as Params) : null;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function send(response: ServerResponse, type: string, text: string) {
  if (response.destroyed) return;
  response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8`, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function textOf({ data, errors }: ExecutionResult, served: Served): string {
  const told = errors && `"errors":[${errors.map(error => errorText(publicError(error, served))).join()}],`;
  return `{${told ?? ''}"data":${JSON.stringify(data)}}`;
}

const errorText = (error: GraphQLError): string => (error instanceof RefusedField ? error.serialized : JSON.stringify(error));

import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDirectivesPlugin } from '@escape.tech/graphql-armor-max-directives';
import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention';
import { createComplexityRule } from '@pothos/plugin-complexity';
import { type DocumentNode, GraphQLError, Lexer, parse, Source, TokenKind, validate, visit } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { badInput } from '../domain/errors.ts';

/** What one request may ask for (SPEC G7). Costs count a field as 1, and a connection's fields once for each row of a page. */
export const LIMITS = {
  bodyBytes: 256 * 1024,
  tokens: 2_000,
  nesting: 100,
  aliases: 30,
  directives: 30,
  depth: 20,
  breadth: 400,
  cost: 10_000,
} as const;

/** Any of these makes a browser ask first, so that a foreign page can't send it unasked. */
const CSRF_HEADERS = ['x-graphql-csrf', 'authorization', 'x-tenant-id', 'apollo-require-preflight'];

/** The limits, as yoga takes them. */
export const useLimits = (): Plugin[] =>
  [
    useCSRFPrevention({ requestHeaders: CSRF_HEADERS }),
    useDocumentSize(),
    maxAliasesPlugin({ n: LIMITS.aliases, allowList: [], onReject: [invalid] }),
    maxDirectivesPlugin({ n: LIMITS.directives, onReject: [invalid] }),
    useCost(),
    useCleanText(),
  ] as Plugin[];

const invalid = (_context: unknown, error: GraphQLError) => void Object.assign(error.extensions, { code: 'GRAPHQL_VALIDATION_FAILED' });

/** Refuses a document that is too long, and one whose brackets, of any kind, nest deeper than the parser's stack may take. */
const useDocumentSize = (): Plugin => ({
  onParse({ params: { source }, setParseFn }) {
    setParseFn((given: string | Source, options?: object) => parse(given, { ...options, maxTokens: LIMITS.tokens }));
    const actual = nestingOf(String(source));
    if (actual > LIMITS.nesting) throw tooExpensive('nesting', actual, LIMITS.nesting);
  },
});

const OPENING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** How deep brackets nest, counted as far as the parser would read. */
function nestingOf(text: string): number {
  const lexer = new Lexer(new Source(text));
  let open = 0;
  let most = 0;
  try {
    for (let tokens = 0; tokens <= LIMITS.tokens; tokens++) {
      const { kind } = lexer.advance();
      if (kind === TokenKind.EOF) break;
      if (OPENING.has(kind)) most = Math.max(most, ++open);
      else if (CLOSING.has(kind)) open--;
    }
  } catch {} // what isn't GraphQL is told by the parser
  return most;
}

/** Refuses an operation that is too deep, too broad or too dear, before anything of it runs. */
const useCost = (): Plugin => ({
  onExecute({ args: { schema, document, operationName, variableValues, contextValue }, setResultAndStopExecution }) {
    const rule = createComplexityRule({
      context: contextValue as object,
      variableValues: variableValues ?? {},
      operationName: operationName ?? null,
      validate: ({ complexity, depth, breadth }, report) => {
        for (const [what, actual, limit] of [
          ['depth', depth, LIMITS.depth],
          ['breadth', breadth, LIMITS.breadth],
          ['cost', complexity, LIMITS.cost],
        ] as const)
          if (actual > limit) report(tooExpensive(what, actual, limit));
      },
    });
    const errors = validate(schema, document, [rule]);
    if (errors.length) setResultAndStopExecution({ errors });
  },
});

const tooExpensive = (what: string, actual: number, limit: number) =>
  new GraphQLError(`The operation's ${what} is ${actual}; at most ${limit} is allowed.`, {
    extensions: { code: 'QUERY_TOO_EXPENSIVE', what, limit, actual },
  });

const clean = (text: string) => text.isWellFormed() && !text.includes('\0');

/** Not by recursion: JSON may nest deeper than the stack. */
function isClean(variables: unknown): boolean {
  const left: unknown[] = [variables];
  while (left.length) {
    const value = left.pop();
    if (typeof value === 'string' && !clean(value)) return false;
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      if (!clean(key)) return false;
      left.push(inner);
    }
  }
  return true;
}

const cleanDocuments = new WeakMap<DocumentNode, boolean>();

function isCleanDocument(document: DocumentNode): boolean {
  const known = cleanDocuments.get(document);
  if (known !== undefined) return known;
  const texts: string[] = [];
  visit(document, { StringValue: ({ value }) => void texts.push(value) });
  const found = texts.every(clean);
  cleanDocuments.set(document, found);
  return found;
}

/** Refuses text that PostgreSQL can't hold: NUL, and halves of surrogate pairs. */
const useCleanText = (): Plugin => ({
  onExecute({ args: { document, variableValues } }) {
    if (!isCleanDocument(document) || !isClean(variableValues ?? {}))
      throw badInput('A text holds a NUL character or half of a surrogate pair.');
  },
});

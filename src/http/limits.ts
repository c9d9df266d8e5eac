import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDirectivesPlugin } from '@escape.tech/graphql-armor-max-directives';
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens';
import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention';
import { createComplexityRule } from '@pothos/plugin-complexity';
import { type DocumentNode, GraphQLError, validate, visit } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { badInput } from '../domain/errors.ts';

/** What one request may ask for (SPEC G7). Costs count a field as 1, and a connection's fields once for each row of a page. */
export const LIMITS = { bodyBytes: 256 * 1024, tokens: 2_000, aliases: 30, directives: 30, depth: 20, breadth: 400, cost: 10_000 } as const;

/** Any of these makes a browser ask first, so that a foreign page can't send it unasked. */
const CSRF_HEADERS = ['x-graphql-csrf', 'authorization', 'x-tenant-id', 'apollo-require-preflight'];

/** The limits, as yoga takes them. */
export const useLimits = (): Plugin[] =>
  [
    useCSRFPrevention({ requestHeaders: CSRF_HEADERS }),
    maxTokensPlugin({ n: LIMITS.tokens }),
    maxAliasesPlugin({ n: LIMITS.aliases, allowList: [] }),
    maxDirectivesPlugin({ n: LIMITS.directives }),
    useCost(),
    useCleanText(),
  ] as Plugin[];

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

const isClean = (value: unknown): boolean => {
  if (typeof value === 'string') return clean(value);
  return typeof value !== 'object' || value === null || Object.entries(value).every(([key, inner]) => clean(key) && isClean(inner));
};

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

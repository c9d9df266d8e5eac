import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDirectivesPlugin } from '@escape.tech/graphql-armor-max-directives';
import { type DocumentNode, type GraphQLError, Lexer, parse, Source, TokenKind } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { badInput } from '../../domain/core/errors.ts';
import { PreparedOperation } from '../../executor/prepared-operation.ts';
import { isCleanText } from './clean-text.ts';
import { COST, costOf, limitErrors, tooExpensive } from './complexity.ts';
import { documentWorkErrors, WORK } from './document-work.ts';
import type { Documents } from './documents.ts';

/** The limits of one request (SPEC G7). */
export const LIMITS = {
  bodyBytes: 256 * 1024,
  tokens: 2_000,
  nesting: 100,
  aliases: 30,
  directives: 30,
  ...COST,
  ...WORK,
} as const;

/** The limits as yoga plugins. */
export const useLimits = (documents: Documents): Plugin[] =>
  [
    useDocumentSize(documents),
    useDocumentWork,
    maxAliasesPlugin({ n: LIMITS.aliases, allowList: [], onReject: [tooMany('aliases')] }),
    maxDirectivesPlugin({ n: LIMITS.directives, onReject: [tooMany('directives')] }),
    useCost(),
    useCleanText(),
    useMarkValidated(documents),
    useForgetRefused(documents),
  ] as Plugin[];

const tooMany = (what: 'aliases' | 'directives') => (_context: unknown, error: GraphQLError) =>
  void Object.assign(error.extensions, { code: 'GRAPHQL_VALIDATION_FAILED', what, limit: LIMITS[what] });

/**
 * Refuses a document that is too long, or whose brackets of any kind are nested so deeply that the
 * recursive parser could exhaust the stack.
 */
const useDocumentSize = (documents: Documents): Plugin => ({
  onParse({ params: { source }, setParseFn }) {
    if (documents.parsed.has(String(source))) return;
    setParseFn((text: string | Source, options?: object) => parse(text, { ...options, maxTokens: LIMITS.tokens }));
    const actual = nestingOf(String(source));
    if (actual > LIMITS.nesting) throw tooExpensive('nesting', actual, LIMITS.nesting);
  },
});

/** Parses a document; null for one that {@link useDocumentSize} or the parser refuses. */
export function parseWithinLimits(text: string): DocumentNode | null {
  if (nestingOf(text) > LIMITS.nesting) return null;
  try {
    return parse(text, { maxTokens: LIMITS.tokens });
  } catch {
    return null;
  }
}

const OPENING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** The greatest nesting depth of brackets, as far as the parser would read. */
function nestingOf(text: string): number {
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  let deepest = 0;
  try {
    for (let tokens = 0; tokens <= LIMITS.tokens; tokens++) {
      const { kind } = lexer.advance();
      if (kind === TokenKind.EOF) break;
      if (OPENING.has(kind)) deepest = Math.max(deepest, ++depth);
      else if (CLOSING.has(kind)) depth--;
    }
  } catch {} // The parser reports syntax errors.
  return deepest;
}

/** Refuses a document that would take too long to validate. */
const useDocumentWork: Plugin = {
  onValidate({ params: { schema, documentAST }, setResult }) {
    const errors = documentWorkErrors(schema, documentAST);
    if (errors.length) setResult([...errors]);
  },
};

/** Refuses an operation that is too deep, too broad or too expensive, before it is executed. */
const useCost = (): Plugin => ({
  onExecute({ args, setResultAndStopExecution }) {
    const operation = PreparedOperation.of(args.schema, args);
    if (operation && costOf(operation, args.contextValue) !== null) return;
    const errors = limitErrors(args);
    if (errors.length) setResultAndStopExecution({ errors });
  },
});

/** Refuses text that PostgreSQL can't store. */
const useCleanText = (): Plugin => ({
  onExecute({ args: { document, variableValues } }) {
    if (!isCleanText(document, variableValues)) throw badInput('A text holds a NUL character or half of a surrogate pair.');
  },
});

/** Marks the document as validated: execution starts after validation and the limits above. */
const useMarkValidated = ({ markValidated }: Documents): Plugin => ({
  onExecute({ args: { document } }) {
    markValidated(document);
  },
});

const useForgetRefused = ({ forget }: Documents): Plugin => ({
  onValidate({ params: { documentAST } }) {
    return ({ valid }) => {
      if (!valid) forget(documentAST);
    };
  },
});

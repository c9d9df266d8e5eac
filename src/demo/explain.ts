import { DemoError } from './home.ts';

type Refused = { readonly pattern: string; readonly refusal: { readonly code: string; readonly message: string } };
export type PrintedExplanation = { readonly cost: number; readonly refusals: readonly Refused[] };

const QUERY = `query ($document: String!, $variables: JSONObject, $operationName: String) {
  explain(document: $document, variables: $variables, operationName: $operationName) { cost refusals { pattern refusal { code message } } }
}`;

type Operation = { readonly document: string; readonly variables: unknown; readonly operationName: string | undefined };
type Answer = {
  data?: { explain: PrintedExplanation | null } | null;
  errors?: readonly { message: string; extensions: { code: string } }[];
};

/**
 * Asks a running demo to explain an operation.
 *
 * @throws DemoError if no demo answers there, or the operation is refused as a whole.
 */
export async function explainAt(url: string, token: string, variables: Operation): Promise<PrintedExplanation> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: QUERY, variables }),
  }).catch(() => {
    throw new DemoError(`No demo answers at ${url}. Start it with \`npm run demo\`.`);
  });
  const { data, errors: [error] = [] } = (await response.json()) as Answer;
  if (data?.explain) return data.explain;
  throw new DemoError(`${error?.extensions.code}: ${error?.message}`);
}

/** An explanation as lines: the cost, and each refused field with its reason. */
export function printExplanation({ cost, refusals }: PrintedExplanation): string {
  const width = Math.max(0, ...refusals.map(({ pattern }) => pattern.length));
  const lines = refusals.map(({ pattern, refusal: { code, message } }) => `  ${pattern.padEnd(width)}  ${code}: ${message}\n`);
  const heading = refusals.length ? `Refused, ${refusals.length} of its fields:\n` : 'None of its fields is refused.\n';
  return `Costs ${cost} ${cost === 1 ? 'point' : 'points'} at most. ${heading}${lines.join('')}`;
}

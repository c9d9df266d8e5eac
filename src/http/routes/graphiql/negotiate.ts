/**
 * The weight (0 to 1) that an Accept or Accept-Encoding header gives to a name which it spells out;
 * 0 when it doesn't.
 */
export function weightOf(name: string, header: string | string[] | undefined): number {
  const offers = String(header ?? '')
    .toLowerCase()
    .split(',')
    .map(offer => offer.split(';').map(part => part.trim()));
  const parameters = offers.find(([offered]) => offered === name);
  if (!parameters) return 0;
  const weight = Number(parameters.find(parameter => parameter.startsWith('q='))?.slice(2) ?? 1);
  return weight >= 0 && weight <= 1 ? weight : 0;
}

/**
 * True when somebody with a browser asks: HTML is named, and rated above every form of GraphQL
 * answer that is named too.
 */
export function prefersPage(accept: string | undefined): boolean {
  const answers = ['application/json', 'application/graphql-response+json', 'text/event-stream', 'multipart/mixed'];
  return weightOf('text/html', accept) > Math.max(...answers.map(answer => weightOf(answer, accept)));
}

export type Encoding = 'br' | 'gzip' | 'identity';

/** The best encoding that a client takes; brotli before gzip where it likes both as well. */
export function encodingFor(acceptEncoding: string | string[] | undefined): Encoding {
  const brotli = weightOf('br', acceptEncoding);
  const gzip = weightOf('gzip', acceptEncoding);
  if (brotli > 0 && brotli >= gzip) return 'br';
  return gzip > 0 ? 'gzip' : 'identity';
}

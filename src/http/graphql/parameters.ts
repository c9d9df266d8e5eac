import type { Plugin } from 'graphql-yoga';
import { GatewayError } from '../../domain/core/errors.ts';

const refused = (message: string) => new GatewayError('BAD_REQUEST', message);

/**
 * Takes JSON in UTF-8 and query strings: where yoga would also take forms, bare documents, other
 * charsets, and guess at broken bytes.
 */
export const useParameters = (): Plugin => ({
  onRequestParse({ request, requestParser, setRequestParser }) {
    if (request.method === 'POST') {
      checkMediaType(request.headers);
      setRequestParser(readBody);
    } else if (request.method === 'GET' && requestParser) {
      checkQueryString(request.url);
      setRequestParser(given =>
        fromJson(() => requestParser(given), 'The query string holds `variables` or `extensions` that are not JSON.'),
      );
    }
  },
});

function checkMediaType(headers: Headers) {
  const [type, ...parameters] = (headers.get('content-type') ?? '').toLowerCase().split(';');
  const charset = parameters.map(parameter => /^\s*charset="?([^"\s]*)"?\s*$/.exec(parameter)?.[1]).find(Boolean) ?? 'utf-8';
  const coding = headers.get('content-encoding') ?? 'identity';
  if (type?.trim() !== 'application/json' || charset !== 'utf-8' || coding !== 'identity')
    throw new GatewayError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as `application/json`, in UTF-8 and not compressed.');
}

async function readBody(request: Request) {
  const bytes = await request.arrayBuffer();
  const parsed = fromJson(() => JSON.parse(utf8(bytes)), 'The body is not JSON.');
  if (typeof parsed !== 'object' || parsed === null) throw refused('The body is not a JSON object.');
  return parsed;
}

function utf8(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refused('The body is not UTF-8.');
  }
}

function checkQueryString(url: string) {
  try {
    decodeURIComponent(url.slice(url.indexOf('?') + 1));
  } catch {
    throw refused('The query string is not UTF-8, percent-encoded.');
  }
}

function fromJson<Value>(parse: () => Value, message: string): Value {
  try {
    return parse();
  } catch (error) {
    throw error instanceof SyntaxError ? refused(message) : error;
  }
}

const ANSWERS = ['application/graphql-response+json', 'application/json'];

/**
 * Whether an `Accept` header takes anything that comes out of here. Asked before the operation
 * runs, which yoga does only after.
 */
export function isAnswerable(accept: string | undefined): boolean {
  const ranges = (accept || '*/*').toLowerCase().split(',');
  return ranges.some(range => {
    const [type = '', ...parameters] = range.split(';').map(part => part.trim());
    if (parameters.some(parameter => /^q=0(\.0*)?$/.test(parameter) || /^charset=(?!"?utf-8"?$)/.test(parameter))) return false;
    return ANSWERS.some(answer => type === answer || type === '*/*' || (type.endsWith('/*') && answer.startsWith(type.slice(0, -1))));
  });
}

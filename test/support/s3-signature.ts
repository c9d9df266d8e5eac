import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A request as Signature Version 4 sees it. `headers` are in lower case. */
export type SignedRequest = {
  readonly method: string;
  /** The path and query as they were sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
};

export type Keys = { readonly accessKeyId: string; readonly secretAccessKey: string };

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/**
 * What is signed beside the request: from the query of a presigned one, or from its Authorization
 * header.
 */
type Claim = {
  readonly credential: string;
  readonly date: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly payload: string;
  /** Seconds; null for a request that is signed in its headers. */
  readonly expires: number | null;
};

const parametersOf = (url: string): (readonly [string, string])[] =>
  (url.split('?')[1] ?? '')
    .split('&')
    .filter(Boolean)
    .map(pair => [decodeURIComponent(pair.split('=')[0]!), decodeURIComponent(pair.split('=').slice(1).join('='))] as const);

function claimOf({ url, headers }: SignedRequest): Claim | null {
  const query = Object.fromEntries(parametersOf(url));
  if (query['X-Amz-Algorithm'] === 'AWS4-HMAC-SHA256')
    return {
      ...{ credential: query['X-Amz-Credential']!, date: query['X-Amz-Date']!, signedHeaders: query['X-Amz-SignedHeaders']! },
      ...{
        signature: query['X-Amz-Signature']!,
        payload: query['X-Amz-Content-Sha256'] ?? 'UNSIGNED-PAYLOAD',
        expires: Number(query['X-Amz-Expires']),
      },
    };
  const [, credential, signedHeaders, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(headers.authorization ?? '') ?? [];
  if (!signature) return null;
  const [date, payload] = [headers['x-amz-date']!, headers['x-amz-content-sha256']!];
  return { credential: credential!, date, signedHeaders: signedHeaders!, signature, payload, expires: null };
}

const encode = (text: string) => encodeURIComponent(text).replace(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * The signature that a request must have:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
function signatureOf({ method, url, headers }: SignedRequest, { credential, date, signedHeaders, payload }: Claim, secret: string): string {
  const query = parametersOf(url)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const signed = signedHeaders.split(';').map(name => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`);
  const canonical = [method, url.split('?')[0], query, signed.join(''), signedHeaders, payload].join('\n');
  const [, day, region, service, last] = credential.split('/');
  const key = [day!, region!, service!, last!].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, ['AWS4-HMAC-SHA256', date, [day, region, service, last].join('/'), sha256(canonical)].join('\n')).toString('hex');
}

/**
 * Why a request is refused, as S3 calls it; null for one that is signed, and still good. `now` is
 * for those that expire.
 */
export function refusalOf(request: SignedRequest, { accessKeyId, secretAccessKey }: Keys, now: Date): string | null {
  const claim = claimOf(request);
  if (!claim || claim.credential.split('/')[0] !== accessKeyId) return 'AccessDenied';
  const [given, wanted] = [Buffer.from(claim.signature), Buffer.from(signatureOf(request, claim, secretAccessKey))];
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return 'SignatureDoesNotMatch';
  const began = Date.parse(claim.date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  return claim.expires !== null && now.getTime() >= began + claim.expires * 1000 ? 'AccessDenied' : null;
}

/** The headers that a request's signature binds. */
export const signedHeadersOf = (request: SignedRequest): readonly string[] => claimOf(request)?.signedHeaders.split(';') ?? [];

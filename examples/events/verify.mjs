#!/usr/bin/env node
/**
 * Follows the events of a tenant and checks that none is missing, changed or out of order.
 *
 *   IPTO_URL=https://gateway.example IPTO_TOKEN=ipto_… node verify.mjs [cursor]
 *
 * Prints each event as a line of JSON, and the cursor to go on after. Exits 1 at the first fault.
 */
import { createHash } from 'node:crypto';
import { argv, env, exit, stdout } from 'node:process';
import { pathToFileURL } from 'node:url';

/** The hash before the first event. */
const BEGINNING = '0'.repeat(64);

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest('hex');

/** The hash that an event must have: of its number, the hash before it, and its digest. */
function hashOf({ number, digest }, previous) {
  const counted = Buffer.alloc(4);
  counted.writeInt32BE(number);
  return sha256(counted, Buffer.from(previous, 'hex'), Buffer.from(digest, 'hex'));
}

/**
 * Checks a part of the feed.
 *
 * @param events in order; what you may not read or filtered out is a stub, without a payload.
 * @param known the number and the hash of the last event that was checked; null at the beginning.
 * @returns the number and the hash of the last event of the part.
 */
export function verify(events, previousHash, known = null) {
  let last = known ?? { number: (events[0]?.number ?? 1) - 1, hash: previousHash ?? BEGINNING };
  if (known && previousHash && previousHash !== known.hash) throw new Error(`the events before ${events[0]?.number} were changed`);
  for (const event of events) {
    const { number, payload, salt, digest, hash } = event;
    if (number !== last.number + 1) throw new Error(`event ${last.number + 1} is missing: ${number} came`);
    if (payload && sha256(Buffer.from(salt, 'hex'), Buffer.from(payload)) !== digest) throw new Error(`event ${number} was changed`);
    if (hashOf(event, last.hash) !== hash) throw new Error(`event ${number} does not follow from the one before`);
    last = { number, hash };
  }
  return last;
}

const FEED = `query ($after: String, $wait: Int) {
  tenant { events(after: $after, first: 100, wait: $wait) {
    previousHash next hasMore events { number payload salt digest hash }
  } }
}`;

/** Reads a part of the feed. */
export async function read(url, token, after, wait = 0) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: FEED, variables: { after, wait } }),
  });
  const { data, errors } = await response.json();
  if (!data?.tenant?.events) throw new Error(errors.map(({ message }) => message).join(' '));
  return data.tenant.events;
}

async function follow(url, token, cursor) {
  let last = null;
  for (let after = cursor, hasMore = true; hasMore; ) {
    const part = await read(url, token, after);
    last = verify(part.events, part.previousHash, last);
    for (const { number, payload } of part.events) stdout.write(`${payload ?? JSON.stringify({ number, stub: true })}\n`);
    after = part.next;
    hasMore = part.hasMore;
    if (!hasMore) stdout.write(`${JSON.stringify({ verified: last.number, next: after })}\n`);
  }
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href)
  await follow(env.IPTO_URL, env.IPTO_TOKEN, argv[2]).catch(error => {
    stdout.write(`${error.message}\n`);
    exit(1);
  });

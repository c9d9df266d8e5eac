import utils from 'pg/lib/utils.js';
import { serialize } from 'pg-protocol';
import type { PreparedStatements, Wire } from './prepared-statements.ts';

/** A statement with its parameters encoded. */
export type EncodedStatement = {
  /** `''` for an unnamed statement. */
  readonly name: string;
  readonly text: string;
  /** From {@link encodeParameters}. */
  readonly parameters: string;
  /** Whether to ask for a description of its rows. */
  readonly isDescribed?: boolean;
};

/** The connection beneath a client of pg's. */
export type PgConnection = { readonly stream: { readonly writable: boolean; write(bytes: string, encoding: 'latin1'): void } };

/** Bytes as a string with one character each, which is cheaper to concatenate than buffers. */
const latin1 = (bytes: Buffer): string => bytes.toString('latin1');

const [SYNC, EXECUTE, DESCRIBE] = [serialize.sync(), serialize.execute({ portal: '' }), serialize.describe({ type: 'P', name: '' })].map(
  latin1,
) as [string, string, string];

const int16 = (number: number): string => String.fromCharCode(number >> 8, number & 255);
const int32 = (number: number): string => int16(number >>> 16) + int16(number & 65_535);

const NULL = int32(0xff_ff_ff_ff);
const [TEXT, BINARY] = [int16(0), int16(1)];

const utf8 = (text: string): string => (Buffer.byteLength(text) === text.length ? text : latin1(Buffer.from(text)));

/** A value with its length ahead of it, or the mark of a null. */
function encodeValue(value: string | Buffer | null): string {
  if (value === null) return NULL;
  const bytes = typeof value === 'string' ? utf8(value) : latin1(value);
  return int32(bytes.length) + bytes;
}

/**
 * Parameters in the format of PostgreSQL's `Bind` message: buffers as binary, everything else as
 * text, results as text.
 */
export function encodeParameters(values: readonly unknown[]): string {
  let formats = '';
  let encoded = '';
  let hasBinary = false;
  for (const value of values) {
    const prepared = typeof value === 'string' ? value : utils.prepareValue(value);
    const isBinary = Buffer.isBuffer(prepared);
    hasBinary ||= isBinary;
    formats += isBinary ? BINARY : TEXT;
    encoded += encodeValue(prepared);
  }
  const count = int16(values.length);
  return (hasBinary ? count + formats : int16(0)) + count + encoded + int16(0);
}

/** Statements under one Sync, written in one piece; prepared ones are not parsed again. */
export class Message implements Wire {
  #bytes = '';

  constructor(private readonly prepared: PreparedStatements | null) {}

  run({ name, text, parameters, isDescribed }: EncodedStatement): void {
    const statement = this.prepared ? name : '';
    if (statement) this.prepared!.ensure(this, statement, text);
    else this.parse({ text, name: '' });
    const bind = `\0${statement}\0${parameters}`;
    this.#bytes += `B${int32(bind.length + 4)}${bind}`;
    if (isDescribed) this.#bytes += DESCRIBE;
    this.#bytes += EXECUTE;
  }

  parse(message: Parameters<Wire['parse']>[0]): void {
    this.#bytes += latin1(serialize.parse(message));
  }

  close(message: Parameters<Wire['close']>[0]): void {
    this.#bytes += latin1(serialize.close(message));
  }

  /** Everything, and a Sync. */
  get bytes(): string {
    return this.#bytes + SYNC;
  }
}

/** Writes messages, unless the connection has ended, which fails its queries anyway. */
export function writeNow(messages: string, { stream }: PgConnection): void {
  if (stream.writable) stream.write(messages, 'latin1');
}

import utils from 'pg/lib/utils.js';
import { serialize } from 'pg-protocol';
import type { Prepared, Wire } from './prepared-statements.ts';

/** A statement to be run. */
export type Run = {
  /** `''` for one without. */
  readonly name: string;
  readonly text: string;
  /** Of {@link parametersOf}. */
  readonly parameters: string;
  /** Whether what it answers is to be described. */
  readonly isDescribed?: boolean;
};

/** What pg has beneath a client. */
export type Connection = { readonly stream: { readonly writable: boolean; write(bytes: string, encoding: 'latin1'): void } };

/**
 * Bytes as a text of as many letters, which is put together, and written, at less cost than pieces
 * of bytes.
 */
const lettersOf = (bytes: Buffer): string => bytes.toString('latin1');

const [SYNC, EXECUTE, DESCRIBE] = [serialize.sync(), serialize.execute({ portal: '' }), serialize.describe({ type: 'P', name: '' })].map(
  lettersOf,
) as [string, string, string];

const int16 = (number: number): string => String.fromCharCode(number >> 8, number & 255);
const int32 = (number: number): string => int16(number >>> 16) + int16(number & 65_535);

const NULL = int32(0xff_ff_ff_ff);

const inUtf8 = (text: string): string => (Buffer.byteLength(text) === text.length ? text : lettersOf(Buffer.from(text)));

/** A value: its length and what it is written as; or that it is null. */
function value(written: string | Buffer | null): string {
  if (written === null) return NULL;
  const letters = typeof written === 'string' ? inUtf8(written) : lettersOf(written);
  return int32(letters.length) + letters;
}

/**
 * Parameters as they go over the wire (PostgreSQL, Message Formats, `Bind`): bytes as such and all
 * else as text, and what is answered as text.
 */
export function parametersOf(values: readonly unknown[]): string {
  const written = values.map(given => (typeof given === 'string' ? given : utils.prepareValue(given)));
  const formats = written.some(Buffer.isBuffer) ? written.map(given => int16(Number(Buffer.isBuffer(given)))) : [];
  return int16(formats.length) + formats.join('') + int16(written.length) + written.map(value).join('') + int16(0);
}

/**
 * Statements under one Sync, written as one piece: what is prepared already isn't prepared again.
 */
export class Message implements Wire {
  #letters = '';

  constructor(private readonly prepared: Prepared | null) {}

  run({ name, text, parameters, isDescribed }: Run): void {
    const statement = this.prepared ? name : '';
    if (statement) this.prepared!.ensure(this, statement, text);
    else this.parse({ text, name: '' });
    const bind = `\0${statement}\0${parameters}`;
    this.#letters += `B${int32(bind.length + 4)}${bind}`;
    if (isDescribed) this.#letters += DESCRIBE;
    this.#letters += EXECUTE;
  }

  parse(message: Parameters<Wire['parse']>[0]): void {
    this.#letters += lettersOf(serialize.parse(message));
  }

  close(message: Parameters<Wire['close']>[0]): void {
    this.#letters += lettersOf(serialize.close(message));
  }

  /** Writes all of it, unless the connection has ended: then whoever waits is told by it. */
  send({ stream }: Connection): void {
    if (stream.writable) stream.write(this.#letters + SYNC, 'latin1');
  }
}

import { serialize } from 'pg-protocol';
import type { Prepared, Wire } from './prepared.ts';

/** A statement to be run: its values as they go over the wire. */
export type Run = {
  /** `''` for one without. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly (string | Buffer | null)[];
  /** Whether what it answers is to be described. */
  readonly isDescribed?: boolean;
};

/** What pg has beneath a client. */
export type Connection = { readonly stream: { readonly writable: boolean; write(bytes: Buffer): void } };

/** Statements under one Sync as one piece of bytes: what is prepared already isn't prepared again. */
export class Message implements Wire {
  readonly #parts: Buffer[] = [];

  constructor(private readonly prepared: Prepared | null) {}

  run({ name, text, values, isDescribed }: Run): void {
    const statement = this.prepared ? name : '';
    if (statement) this.prepared!.ensure(this, statement, text);
    else this.parse({ text, name: '' });
    this.#parts.push(serialize.bind({ portal: '', statement, values: values as never[] }));
    if (isDescribed) this.#parts.push(serialize.describe({ type: 'P', name: '' }));
    this.#parts.push(serialize.execute({ portal: '' }));
  }

  parse(message: Parameters<Wire['parse']>[0]): void {
    this.#parts.push(serialize.parse(message));
  }

  close(message: Parameters<Wire['close']>[0]): void {
    this.#parts.push(serialize.close(message));
  }

  /** Writes all of it, unless the connection has ended: then whoever waits is told by it. */
  send({ stream }: Connection): void {
    if (stream.writable) stream.write(Buffer.concat([...this.#parts, serialize.sync()]));
  }
}

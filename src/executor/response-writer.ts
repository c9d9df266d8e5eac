import { isAllowed } from '../access/is-allowed.ts';
import { refusalPayloadFor } from '../access/refusal-payload.ts';
import { refusalText } from '../access/refused-field.ts';
import type { PrismaRead } from '../graphql/core/prisma-read.ts';
import { type Json, jsonOf } from './json.ts';
import { UnsupportedValue } from './leaf.ts';
import type { FieldPlan, ObjectPlan, Shape } from './query-plan.ts';
import { type Asking, queryOf } from './select.ts';

/**
 * An answer while it is written: JSON, in the order of the document, with a gap for whatever is
 * still awaited. What is refused is null, with its error. Anything else that isn't as usual is
 * thrown: reads change nothing, so GraphQL.js asks all of it again and says what is wrong.
 */
class Answer {
  #text = '';
  readonly #parts: (string | Answer)[] = [];
  readonly #errors: (string | Answer)[] = [];

  constructor(
    private readonly asking: Asking,
    /** What is awaited, of this answer and of those in its gaps. */
    private readonly awaited: Promise<void>[],
    private readonly path: (string | number)[],
  ) {}

  object({ fields }: ObjectPlan, row: unknown): void {
    const { grant } = this.asking.context;
    const place = this.path.length;
    let separator = '{';
    for (const field of fields) {
      this.#text += `${separator}"${field.key}":`;
      separator = ',';
      if (!isAllowed(field.access, grant, row)) this.#refuse(field, this.path);
      else if (field.read) this.#read(field, field.read, row);
      else if (field.shape.kind === 'leaf') this.#value(field, this.#resolved(field, row));
      else {
        this.path[place] = field.key;
        this.#value(field, this.#resolved(field, row));
        this.path.length = place;
      }
    }
    this.#text += separator === '{' ? '{}' : '}';
  }

  #resolved({ args, resolve }: FieldPlan, row: unknown): unknown {
    return resolve(row, args(this.asking.variables), this.asking.context);
  }

  /** A root's rows: as JSON, or to be written here. */
  #read(field: FieldPlan, read: PrismaRead, parent: unknown): void {
    const { asking } = this;
    const { shape, isNullable } = field;
    const object = (shape.kind === 'list' ? shape.of : shape) as Shape & { kind: 'object' };
    const json = jsonOf(field, { read, parent }, object.object, asking);
    const path = [...this.path, field.key];
    if (json) {
      this.#later(json.text, path, (gap, text) => gap.#splice(text, json, isNullable, path));
      return;
    }
    const rows = read(queryOf(object.object, asking), parent, field.args(asking.variables), asking.context) as Promise<unknown>;
    this.#later(rows, path, (gap, value) => gap.#complete(shape, isNullable, value));
  }

  #splice(text: string | null, { refused }: Json, isNullable: boolean, path: readonly (string | number)[]): void {
    if (text === null && !isNullable) throw new UnsupportedValue();
    this.#text += text ?? 'null';
    if (text !== null) for (const { field, path: within } of refused) this.#tell(field, [...path, ...within]);
  }

  #value({ shape, isNullable }: FieldPlan, value: unknown): void {
    if (value instanceof Promise) this.#later(value, this.path, (gap, awaited) => gap.#complete(shape, isNullable, awaited));
    else this.#complete(shape, isNullable, value);
  }

  #complete(shape: Shape, isNullable: boolean, value: unknown): void {
    if (value === null || value === undefined) {
      if (!isNullable) throw new UnsupportedValue();
      this.#text += 'null';
    } else if (shape.kind === 'leaf') this.#text += shape.write(value);
    else if (shape.kind === 'object') this.object(shape.object, value);
    else this.#list(shape, value);
  }

  #list({ of, isNullable }: Shape & { kind: 'list' }, values: unknown): void {
    if (!Array.isArray(values)) throw new UnsupportedValue();
    const place = this.path.length;
    this.#text += '[';
    for (let at = 0; at < values.length; at += 1) {
      if (at) this.#text += ',';
      this.path[place] = at;
      if (values[at] instanceof Promise) throw new UnsupportedValue();
      this.#complete(of, isNullable, values[at]);
    }
    this.path.length = place;
    this.#text += ']';
  }

  #later<Value>(promise: Promise<Value>, path: readonly (string | number)[], write: (gap: Answer, value: Value) => void): void {
    const gap = new Answer(this.asking, this.awaited, [...path]);
    this.#parts.push(this.#text, gap);
    this.#errors.push(gap);
    this.#text = '';
    const writeObject = promise.then(value => write(gap, value));
    writeObject.catch(() => {}); // told when it is its turn
    this.awaited.push(writeObject);
  }

  #refuse(field: FieldPlan, path: readonly (string | number)[]): void {
    this.#text += 'null';
    this.#tell(field, [...path, field.key]);
  }

  #tell({ access, nodes, isNullable }: FieldPlan, path: readonly (string | number)[]): void {
    const refusal = isNullable && refusalPayloadFor(this.asking.context, access.permission!);
    if (!refusal) throw new UnsupportedValue();
    this.#errors.push(refusalText(refusal, nodes, path));
  }

  get errors(): string[] {
    return this.#errors.flatMap(part => (typeof part === 'string' ? part : part.errors));
  }

  get text(): string {
    return this.#parts.map(part => (typeof part === 'string' ? part : part.text)).join('') + this.#text;
  }
}

/** An object as JSON, and the errors of what is refused of it. */
export type Written = { readonly data: string; readonly errors: readonly string[] };

/**
 * What is asked of an object.
 *
 * @throws whatever is not as usual, for GraphQL.js to tell.
 */
export async function writeObject(plan: ObjectPlan, asking: Asking): Promise<Written> {
  const awaited: Promise<void>[] = [];
  const whole = new Answer(asking, awaited, []);
  whole.object(plan, undefined);
  for (let next = 0; next < awaited.length; next += 1) await awaited[next];
  return { data: whole.text, errors: whole.errors };
}

/** The JSON of a response. */
export const serializeResponse = ({ data, errors }: Written): string =>
  `{${errors.length ? `"errors":[${errors.join()}],` : ''}"data":${data}}`;

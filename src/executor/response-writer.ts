import { groupRefusals } from '../access/grouped-refusals.ts';
import { isAllowed } from '../access/is-allowed.ts';
import { refusalPayloadFor } from '../access/refusal-payload.ts';
import { RefusedField } from '../access/refused-field.ts';
import type { Execution } from './execution.ts';
import { readJson } from './json.ts';
import type { Marks } from './marks.ts';
import type { FieldPlan, ObjectPlan, Shape } from './query-plan.ts';
import { ForeignRow, Unsupported } from './unsupported.ts';

type Path = readonly (string | number)[];

/**
 * Writes JSON in the order of the document, with a gap for each value that is still awaited. A
 * refused field is null, with an error. Whatever else differs from a plain value is thrown, and
 * GraphQL.js executes the operation again.
 */
class ResponseWriter {
  #text = '';
  readonly #parts: (string | ResponseWriter)[] = [];
  readonly #errors: (RefusedField | ResponseWriter)[] = [];

  constructor(
    private readonly execution: Execution,
    /** Fills the gaps of this writer and of those in its gaps. */
    private readonly pending: Promise<void>[],
    private readonly path: (string | number)[],
  ) {}

  object({ type, fields }: ObjectPlan, row: unknown): void {
    const { grant } = this.execution.context;
    const depth = this.path.length;
    let separator = '{';
    for (const field of fields) {
      this.#text += `${separator}"${field.key}":`;
      separator = ',';
      if (!isAllowed(field.access, grant, row)) {
        this.#text += 'null';
        this.#refuse(field, [...this.path, field.key], type.name);
      } else if (field.read) this.#json(field, row);
      else if (field.shape.kind === 'leaf') this.#value(field, this.#resolve(field, row));
      else {
        this.path[depth] = field.key;
        this.#value(field, this.#resolve(field, row));
        this.path.length = depth;
      }
    }
    this.#text += separator === '{' ? '{}' : '}';
  }

  #resolve({ args, resolve }: FieldPlan, row: unknown): unknown {
    return resolve(row, args(this.execution.variables), this.execution.context);
  }

  /** The rows of a field, as PostgreSQL writes them. */
  #json(field: FieldPlan, parent: unknown): void {
    const { text, marks } = readJson(field, parent, this.execution);
    const path = [...this.path, field.key];
    this.#later(text, path, (gap, json) => gap.#splice(json, marks, field.isNullable, path));
  }

  #splice(text: string | null, marks: Marks, isNullable: boolean, path: Path): void {
    if (text === null && !isNullable) throw new Unsupported('value');
    this.#text +=
      text === null ? 'null' : marks.read(text, (field, inner) => this.#refuse(field, [...path, ...inner], 'a row'), this.execution.tally);
  }

  #value({ shape, isNullable }: FieldPlan, value: unknown): void {
    if (value instanceof Promise) this.#later(value, this.path, (gap, result) => gap.#complete(shape, isNullable, result));
    else this.#complete(shape, isNullable, value);
  }

  #complete(shape: Shape, isNullable: boolean, value: unknown): void {
    if (value === null || value === undefined) {
      if (!isNullable) throw new Unsupported('value');
      this.#text += 'null';
    } else if (shape.kind === 'leaf') this.#text += shape.write(value);
    else if (shape.kind === 'object') this.object(shape.object, value);
    else this.#list(shape, value);
  }

  #list({ of, isNullable, pattern }: Shape & { kind: 'list' }, values: unknown): void {
    if (!Array.isArray(values)) throw new Unsupported('value');
    this.execution.tally?.addRows(pattern, values.length);
    const depth = this.path.length;
    this.#text += '[';
    for (let at = 0; at < values.length; at += 1) {
      if (at) this.#text += ',';
      this.path[depth] = at;
      if (values[at] instanceof Promise) throw new Unsupported('value');
      this.#complete(of, isNullable, values[at]);
    }
    this.path.length = depth;
    this.#text += ']';
  }

  #later<Value>(promise: Promise<Value>, path: Path, write: (gap: ResponseWriter, value: Value) => void): void {
    const gap = new ResponseWriter(this.execution, this.pending, [...path]);
    this.#parts.push(this.#text, gap);
    this.#errors.push(gap);
    this.#text = '';
    const written = promise.then(value => write(gap, value));
    written.catch(() => {}); // thrown where it is awaited
    this.pending.push(written);
  }

  #refuse({ access, nodes, field, isNullable, pattern }: FieldPlan, path: Path, typename: string): void {
    const payload = refusalPayloadFor(this.execution.context, access.permission!);
    if (!payload) throw new ForeignRow(`${typename}.${field.name}`);
    if (!isNullable) throw new Unsupported('value');
    this.execution.tally?.addRefused(pattern);
    this.#errors.push(new RefusedField(payload, nodes, path));
  }

  get errors(): readonly RefusedField[] {
    return this.#errors.flatMap(part => (part instanceof ResponseWriter ? part.errors : part));
  }

  get text(): string {
    return this.#parts.map(part => (typeof part === 'string' ? part : part.text)).join('') + this.#text;
  }
}

/** An object as JSON, and the errors of the fields that are refused. */
export type WrittenObject = { readonly data: string; readonly errors: readonly RefusedField[] };

/**
 * Writes what a document selects of an object, at a path of the response.
 *
 * @throws {Unsupported}, {ForeignRow}, and what resolvers and statements throw.
 */
export async function writeObject(plan: ObjectPlan, row: unknown, execution: Execution, path: Path = []): Promise<WrittenObject> {
  const pending: Promise<void>[] = [];
  const writer = new ResponseWriter(execution, pending, [...path]);
  writer.object(plan, row);
  for (let next = 0; next < pending.length; next += 1) await pending[next];
  const { errors } = writer;
  if (errors.length) execution.notes?.noteErrors(errors);
  return { data: writer.text, errors: execution.context.groupsRefusals ? groupRefusals(errors) : errors };
}

/** The JSON of a response. */
export const serializeResponse = ({ data, errors }: WrittenObject): string =>
  `{${errors.length ? `"errors":[${errors.map(({ serialized }) => serialized).join()}],` : ''}"data":${data}}`;

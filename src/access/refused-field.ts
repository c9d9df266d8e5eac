import { type FieldNode, GraphQLError, getLocation, type SourceLocation } from 'graphql';
import type { RefusalPayload } from './refusal-payload.ts';

/**
 * The error of a refused field. It carries its path and nodes, so that GraphQL.js doesn't wrap it,
 * and no stack, which would cost more than all the rest: a page may have one on every row.
 */
export class RefusedField {
  constructor(
    readonly payload: RefusalPayload,
    readonly nodes: readonly FieldNode[],
    readonly path: readonly (string | number)[],
  ) {}

  get message(): string {
    return this.payload.message;
  }

  get extensions(): Readonly<Record<string, unknown>> {
    return this.payload.extensions;
  }

  get locations(): readonly SourceLocation[] {
    return this.nodes.map(node => locationOf(node).location);
  }

  /** The error as JSON. */
  get serialized(): string {
    const { message, extensions } = this.payload.json;
    const locations = this.nodes.map(node => locationOf(node).json).join();
    return `{"message":${message},"locations":[${locations}],"path":${JSON.stringify(this.path)},"extensions":${extensions}}`;
  }
}

// `instanceof GraphQLError` holds, though neither constructor runs.
Object.setPrototypeOf(RefusedField.prototype, GraphQLError.prototype);
Object.defineProperty(RefusedField.prototype, 'name', { value: 'GraphQLError' });

type Location = { readonly location: SourceLocation; readonly json: string };

/** By node: counting lines takes long, and documents are cached. */
const locations = new WeakMap<FieldNode, Location>();

function locationOf(node: FieldNode): Location {
  const cached = locations.get(node);
  if (cached) return cached;
  const { source, start } = node.loc!;
  const { line, column } = getLocation(source, start);
  const location = { location: { line, column }, json: JSON.stringify({ line, column }) };
  locations.set(node, location);
  return location;
}

import { type FieldNode, GraphQLError, type GraphQLResolveInfo, getLocation, type SourceLocation } from 'graphql';
import type { RefusalPayload } from './refusal-payload.ts';

/**
 * The error of a refused field. It carries its path and nodes, so that GraphQL.js doesn't wrap it,
 * and no stack, which would cost more than all the rest: a page may have one on every row.
 */
export class RefusedField {
  readonly path: readonly (string | number)[];
  readonly nodes: readonly FieldNode[];

  constructor(
    readonly payload: RefusalPayload,
    { path, fieldNodes }: Pick<GraphQLResolveInfo, 'path' | 'fieldNodes'>,
  ) {
    this.path = keysOf(path);
    this.nodes = fieldNodes;
  }

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
    return refusalText(this.payload, this.nodes, this.path);
  }
}

/** The error of a refused field, as JSON. */
export function refusalText(
  { json: { message, extensions } }: RefusalPayload,
  nodes: readonly FieldNode[],
  path: readonly (string | number)[],
): string {
  const locations = nodes.map(node => locationOf(node).json).join();
  return `{"message":${message},"locations":[${locations}],"path":${JSON.stringify(path)},"extensions":${extensions}}`;
}

// `instanceof GraphQLError` holds, though neither constructor runs.
Object.setPrototypeOf(RefusedField.prototype, GraphQLError.prototype);
Object.defineProperty(RefusedField.prototype, 'name', { value: 'GraphQLError' });

function keysOf(path: GraphQLResolveInfo['path']): readonly (string | number)[] {
  const keys: (string | number)[] = [];
  for (let step: GraphQLResolveInfo['path'] | undefined = path; step; step = step.prev) keys.push(step.key);
  return keys.reverse();
}

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

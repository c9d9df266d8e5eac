import { type FieldNode, GraphQLError, type GraphQLResolveInfo, getLocation, type SourceLocation } from 'graphql';

/**
 * What a request is told of a permission that it lacks: the same on every field that needs it, and
 * built once.
 */
export type RefusalPayload = {
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
  /** Both as JSON. */
  readonly json: { readonly message: string; readonly extensions: string };
};

/** Freezes what many errors share. */
export const refusalPayload = (message: string, extensions: Readonly<Record<string, unknown>>): RefusalPayload => ({
  message,
  extensions: Object.freeze(extensions),
  json: { message: JSON.stringify(message), extensions: JSON.stringify(extensions) },
});

/**
 * The error of a refused field. It says where it stands, so that GraphQL.js takes it as it is
 * instead of wrapping it; it has no stack, which would lead into our code and cost more than all
 * the rest; and what it tells is shared. A page whose every row has a refused field has as many.
 */
export class RefusedField {
  readonly path: readonly (string | number)[];
  readonly nodes: readonly FieldNode[];

  constructor(
    readonly refusalPayload: RefusalPayload,
    { path, fieldNodes }: Pick<GraphQLResolveInfo, 'path' | 'fieldNodes'>,
  ) {
    this.path = keysOf(path);
    this.nodes = fieldNodes;
  }

  get message(): string {
    return this.refusalPayload.message;
  }

  get extensions(): Readonly<Record<string, unknown>> {
    return this.refusalPayload.extensions;
  }

  get locations(): readonly SourceLocation[] {
    return this.nodes.map(node => placeOf(node).location);
  }

  /** What JSON.stringify makes of it. */
  get text(): string {
    return refusalText(this.refusalPayload, this.nodes, this.path);
  }
}

/** The error of a refused field, as JSON. */
export function refusalText(
  { json: { message, extensions } }: RefusalPayload,
  nodes: readonly FieldNode[],
  path: readonly (string | number)[],
): string {
  const locations = nodes.map(node => placeOf(node).json).join();
  return `{"message":${message},"locations":[${locations}],"path":${JSON.stringify(path)},"extensions":${extensions}}`;
}

// An error to whoever asks, though nothing of the constructors of Error and GraphQLError runs.
Object.setPrototypeOf(RefusedField.prototype, GraphQLError.prototype);
Object.defineProperty(RefusedField.prototype, 'name', { value: 'GraphQLError' });

function keysOf(path: GraphQLResolveInfo['path']): readonly (string | number)[] {
  const keys: (string | number)[] = [];
  for (let step: GraphQLResolveInfo['path'] | undefined = path; step; step = step.prev) keys.push(step.key);
  return keys.reverse();
}

type Place = { readonly location: SourceLocation; readonly json: string };

/** Counting lines is for once: documents are kept, and their fields with them. */
const places = new WeakMap<FieldNode, Place>();

function placeOf(node: FieldNode): Place {
  const known = places.get(node);
  if (known) return known;
  const { source, start } = node.loc!;
  const { line, column } = getLocation(source, start);
  const place = { location: { line, column }, json: JSON.stringify({ line, column }) };
  places.set(node, place);
  return place;
}

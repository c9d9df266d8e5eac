import type { Grant } from './grant.ts';

/** Who may read the schema: everybody, callers who are signed in, or nobody. */
export const INTROSPECTION = ['all', 'signed-in', 'off'] as const;
export type Introspection = (typeof INTROSPECTION)[number];

/** A caller, and the setting `INTROSPECTION`. */
export type SchemaReader = { readonly introspection: Introspection; readonly grant: Pick<Grant, 'principal'> };

/**
 * THE check of who may read the schema: by introspection, at `/schema.graphql`, in GraphiQL's
 * examples, and in the messages of validation, which name types and fields. An API key and staff
 * count as signed in.
 */
export const mayIntrospect = ({ introspection, grant }: SchemaReader): boolean =>
  introspection === 'all' || (introspection === 'signed-in' && grant.principal.kind !== 'nobody');

/** Whether those who aren't signed in may read the schema. */
export const mayAllIntrospect = (introspection: Introspection): boolean =>
  mayIntrospect({ introspection, grant: { principal: { kind: 'nobody' } } });

/** A person whom a user of the demo can act as. `label` is shown; `tenants` are slugs. */
export type Persona = { readonly email: string; readonly label: string; readonly tenants: readonly string[] };

/** A tenant of the demo; `label` is shown. */
export type PersonaTenant = { readonly slug: string; readonly label: string };

/**
 * The path of GraphQL (`/graphql`) and, in the demo only, the personas to choose from. Their tokens
 * come from `POST /demo/token`.
 */
export type PageOptions = {
  readonly endpoint: string;
  readonly demo: null | { readonly personas: readonly Persona[]; readonly tenants: readonly PersonaTenant[] };
  /** Whether the pages may name types and fields. */
  readonly showsSchema: boolean;
};

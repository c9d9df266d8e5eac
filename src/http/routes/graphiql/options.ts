/** A person whom a user of the demo can act as, with the slugs of the person's tenants. */
export type Persona = { readonly email: string; readonly label: string; readonly tenants: readonly string[] };

/**
 * The path of GraphQL (`/graphql`) and, in the demo only, the personas to choose from. Their tokens
 * come from `POST /demo/token`.
 */
export type ExplorerOptions = {
  readonly endpoint: string;
  readonly demo: null | { readonly personas: readonly Persona[] };
  /** Whether it opens with examples, which name types and fields. */
  readonly hasExamples: boolean;
};

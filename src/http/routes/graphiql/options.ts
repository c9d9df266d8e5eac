/**
 * Somebody whom the demo lets one act as, with the slugs of the tenants that this person is a
 * member of.
 */
export type Persona = { readonly email: string; readonly label: string; readonly tenants: readonly string[] };

/**
 * Where GraphQL is served (`/graphql`), and, in the demo alone, the personas to choose from; their
 * tokens come from `POST /demo/token`.
 */
export type ExplorerOptions = { readonly endpoint: string; readonly demo: null | { readonly personas: readonly Persona[] } };

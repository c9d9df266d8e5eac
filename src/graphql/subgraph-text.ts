import { type ConstDirectiveNode, type DefinitionNode, type ObjectTypeDefinitionNode, parse, parseConstValue, print, visit } from 'graphql';

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])';

/** Types and fields that every subgraph has, and that a router adds itself. */
const OF_ROUTER: ReadonlySet<string> = new Set(['_Any', '_Entity', '_Service', '_entities', '_service']);

/** The fields of `Query` that take a global id of any service: a router can't know whose it is. */
const OF_ANY_SERVICE: ReadonlySet<string> = new Set(['node', 'nodes']);

/** Directives that GraphQL defines. */
const KEPT: ReadonlySet<string> = new Set(['deprecated', 'specifiedBy', 'oneOf']);

const directive = (name: string, fields?: string): ConstDirectiveNode => ({
  kind: 'Directive' as never,
  name: { kind: 'Name' as never, value: name },
  ...(fields && {
    arguments: [{ kind: 'Argument' as never, name: { kind: 'Name' as never, value: 'fields' }, value: parseConstValue(`"${fields}"`) }],
  }),
});

/** The directives of federation that an object type has. */
function federated({ name, interfaces = [] }: ObjectTypeDefinitionNode): readonly ConstDirectiveNode[] {
  if (interfaces.some(each => each.name.value === 'Node')) return [directive('key', 'id')];
  // Relay defines PageInfo, so that other services have it as well
  return name.value === 'PageInfo' ? [directive('shareable')] : [];
}

/**
 * The text of a schema as a subgraph of Apollo Federation 2, to compose a supergraph from. Types
 * that implement `Node` have their global id as a key. Our own directives are left out, because one
 * of them is called `@requires`, as one of federation's; descriptions say what a field needs.
 */
export function subgraphText(schemaText: string): string {
  const document = visit(parse(schemaText, { noLocation: true }), {
    DirectiveDefinition: () => null,
    Directive: ({ name }) => (KEPT.has(name.value) ? undefined : null),
    FieldDefinition: ({ name }) => (OF_ROUTER.has(name.value) || OF_ANY_SERVICE.has(name.value) ? null : undefined),
    ObjectTypeDefinition: { leave: type => ({ ...type, directives: [...(type.directives ?? []), ...federated(type)] }) },
  });
  const isOwn = (definition: DefinitionNode) => !('name' in definition && definition.name && OF_ROUTER.has(definition.name.value));
  return `${LINK}\n\n${print({ ...document, definitions: document.definitions.filter(isOwn) })}\n`;
}

import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { Unsupported } from './unsupported.ts';

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;
type Fields = Map<string, FieldNode[]>;
type Document = { readonly schema: GraphQLSchema; readonly fragments: Fragments };

export const fragmentsOf = ({ definitions }: DocumentNode): Fragments =>
  new Map(definitions.filter(definition => definition.kind === Kind.FRAGMENT_DEFINITION).map(fragment => [fragment.name.value, fragment]));

/**
 * The fields that selections select of a type, by response key, in the order of GraphQL.js's
 * response.
 *
 * @throws {Unsupported} for directives, and for fragments on another type.
 */
export function collectFields(document: Document, type: GraphQLObjectType, selections: readonly Selection[]): Fields {
  const fields: Fields = new Map();
  const spread = new Set<string>();
  for (const { selectionSet } of selections) collect(document, type, selectionSet, fields, spread);
  return fields;
}

type Selection = { readonly selectionSet: SelectionSetNode };

/** @param spread fragments that were spread already: each counts once, as in GraphQL.js. */
function collect(document: Document, type: GraphQLObjectType, { selections }: SelectionSetNode, fields: Fields, spread: Set<string>): void {
  for (const selection of selections) {
    if (selection.directives?.length) throw new Unsupported('directive');
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const sameKey = fields.get(key);
      if (sameKey) sameKey.push(selection);
      else fields.set(key, [selection]);
      continue;
    }
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      if (spread.has(selection.name.value)) continue;
      spread.add(selection.name.value);
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? document.fragments.get(selection.name.value)! : selection;
    const condition = fragment.typeCondition && document.schema.getType(fragment.typeCondition.name.value);
    if (condition && condition !== type) throw new Unsupported('abstract');
    if (fragment.directives?.length) throw new Unsupported('directive');
    collect(document, type, fragment.selectionSet, fields, spread);
  }
}

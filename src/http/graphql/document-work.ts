import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  NoFragmentCyclesRule,
  type SelectionSetNode,
  validate,
} from 'graphql';
import { tooExpensive } from './complexity.ts';

/**
 * How much work the validation of a document may be (docs/decisions/0006-limits.md). GraphQL.js
 * compares every two selections that share a response path, which is quadratic in what is repeated.
 */
export const WORK = {
  /** Fields of one operation or fragment, fragments counted wherever they are spread. */
  breadth: 400,
  /** Fields and spreads of all operations and fragments together, counted in the same way. */
  selections: 2_000,
  /** Pairs of fields of one response path, and of fragments spread at one. */
  comparisons: 3_000,
} as const;

/**
 * The errors of a document that exceeds a limit of {@link WORK}, found with work that the limits
 * bound. Fragments within themselves are refused here, because they can't be counted.
 */
export function documentWorkErrors(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  const cycles = validate(schema, document, [NoFragmentCyclesRule]);
  if (cycles.length) return cycles;
  const error = exceededLimit(document);
  return error ? [error] : [];
}

function exceededLimit(document: DocumentNode): GraphQLError | null {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const count = createCounter(fragments);
  const followed = new Set<string>();
  let selections = 0;
  let comparisons = 0;
  // Operations first: a fragment that one of them spreads was compared there.
  for (const node of [...document.definitions].sort((one, other) => rank(one) - rank(other))) {
    if (!('selectionSet' in node)) continue;
    const { fields, spreads } = count(node.selectionSet);
    if (fields > WORK.breadth) return tooExpensive('breadth', fields, WORK.breadth);
    selections += fields + spreads;
    if (selections > WORK.selections) return tooExpensive('selections', selections, WORK.selections);
    if (node.kind === Kind.FRAGMENT_DEFINITION && followed.has(node.name.value)) continue;
    comparisons += comparisonsOf([node.selectionSet], fragments, followed);
    if (comparisons > WORK.comparisons) return tooExpensive('comparisons', comparisons, WORK.comparisons);
  }
  return null;
}

const rank = ({ kind }: DefinitionNode): number => (kind === Kind.FRAGMENT_DEFINITION ? 1 : 0);

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;
type Count = { readonly fields: number; readonly spreads: number };

/** Counts selections; each fragment is counted once and added wherever it is spread. */
function createCounter(fragments: Fragments): (set: SelectionSetNode) => Count {
  const counts = new Map<string, Count>();
  const countFragment = (name: string): Count => {
    let count = counts.get(name);
    if (!count) {
      const fragment = fragments.get(name);
      count = fragment ? countSet(fragment.selectionSet) : { fields: 0, spreads: 0 };
      counts.set(name, count);
    }
    return count;
  };
  const countSet = ({ selections }: SelectionSetNode): Count => {
    let fields = 0;
    let spreads = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) fields += 1;
      else if (selection.kind === Kind.FRAGMENT_SPREAD) spreads += 1;
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? countFragment(selection.name.value)
          : selection.selectionSet && countSet(selection.selectionSet);
      fields += inner?.fields ?? 0;
      spreads += inner?.spreads ?? 0;
    }
    return { fields, spreads };
  };
  return countSet;
}

/**
 * Counts the comparisons below selection sets that are merged into one object. A fragment that is
 * spread several times into it is compared with the others, not with itself.
 *
 * @param followed gets the names of all fragments that were met.
 */
function comparisonsOf(sets: readonly SelectionSetNode[], fragments: Fragments, followed: Set<string>): number {
  const setsByName = new Map<string, SelectionSetNode[]>();
  const fieldCounts = new Map<string, number>();
  const merged = new Set<string>();
  let spreads = 0;
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        fieldCounts.set(name, (fieldCounts.get(name) ?? 0) + 1);
        if (selection.selectionSet) (setsByName.get(name) ?? setsByName.set(name, []).get(name)!).push(selection.selectionSet);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.selectionSet);
      } else {
        spreads += 1;
        const fragment = fragments.get(selection.name.value);
        if (fragment && !merged.has(selection.name.value)) {
          merged.add(selection.name.value);
          followed.add(selection.name.value);
          collect(fragment.selectionSet);
        }
      }
    }
  };
  sets.forEach(collect);
  let comparisons = pairsOf(spreads);
  for (const count of fieldCounts.values()) comparisons += pairsOf(count);
  for (const inner of setsByName.values()) {
    if (comparisons > WORK.comparisons) break;
    comparisons += comparisonsOf(inner, fragments, followed);
  }
  return comparisons;
}

const pairsOf = (count: number): number => (count * (count - 1)) / 2;

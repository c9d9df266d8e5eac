import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Tally } from '../../executor/tally.ts';

/** A list whose length the response shows: the cost of an item, and how many are paid at most. */
type ListPrice = { item: number; readonly size: number; readonly outer: string | null };
/** What a refused field would have cost, how much of it is below it, and the list that it is in. */
type FieldPrice = { cost: number; below: number; readonly list: string | null };

/**
 * What the parts of an operation cost, by pattern: the fields outside of lists together, an item of
 * each list, and each field with what is below it, except the items of lists.
 */
export type Prices = {
  readonly base: number;
  readonly lists: ReadonlyMap<string, ListPrice>;
  readonly fields: ReadonlyMap<string, FieldPrice>;
};

export type PricedOperation = {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
};

/** What a field declares: its own cost, and how often the fields below it count. */
type Complexity = number | { readonly field?: number; readonly multiplier?: number };
const DEFAULT = { cost: 1, listSize: 10 } as const;

/** The prices of an operation whose arguments are valid. */
export function pricesOf(operation: PricedOperation): Prices {
  const pricing = new Pricing(operation);
  const root = operation.schema.getRootType(operation.operation.operation)!;
  pricing.selections(operation.operation.selectionSet, root, { prefix: '', list: null, times: 1 });
  return pricing;
}

/** Where selections stand: in which list, and how often they count for each of its items. */
type Place = { readonly prefix: string; readonly list: string | null; readonly times: number };

class Pricing implements Prices {
  base = 0;
  readonly lists = new Map<string, ListPrice>();
  readonly fields = new Map<string, FieldPrice>();

  constructor(private readonly operation: PricedOperation) {}

  /** Adds the cost of selections of a type, and returns what of it isn't in an inner list. */
  selections({ selections }: SelectionSetNode, type: GraphQLNamedType, place: Place): number {
    const { schema, fragments } = this.operation;
    let cost = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        cost += this.#field(selection, type, place);
        continue;
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value)! : selection;
      const inner = fragment.typeCondition ? schema.getType(fragment.typeCondition.name.value)! : type;
      cost += this.selections(fragment.selectionSet, inner, place);
    }
    return cost;
  }

  #field(node: FieldNode, type: GraphQLNamedType, { prefix, list, times }: Place): number {
    const pattern = prefix + (node.alias ?? node.name).value;
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
    const { own, multiplier } = this.#weightOf(field, node);
    const isList = field !== undefined && isListType(getNullableType(field.type));
    let cost = own * times;
    this.#add(cost, list);
    if (field && node.selectionSet) {
      const inner = getNamedType(field.type);
      const shown = isList ? (multiplier === 1 ? null : pattern) : this.#listIn(node.selectionSet, inner, pattern, multiplier);
      const within = `${pattern}${isList ? '.*' : ''}.`;
      if (shown !== null) {
        if (!this.lists.has(shown)) this.lists.set(shown, { item: 0, size: Math.max(multiplier, 0), outer: list });
        this.selections(node.selectionSet, inner, { prefix: within, list: shown, times });
      } else cost += this.selections(node.selectionSet, inner, { prefix: within, list, times: times * Math.max(multiplier, 0) });
    }
    const priced = this.fields.get(pattern) ?? { cost: 0, below: 0, list };
    this.fields.set(pattern, priced);
    priced.cost += cost;
    priced.below += cost - own * times;
    return cost;
  }

  #add(cost: number, list: string | null): void {
    if (list === null) this.base += cost;
    else this.lists.get(list)!.item += cost;
  }

  #weightOf(field: GraphQLField<unknown, unknown> | undefined, node: FieldNode): { own: number; multiplier: number } {
    const declared = field?.extensions.complexity;
    const complexity = (typeof declared === 'function' ? declared(this.#argumentsOf(field!, node)) : declared) as Complexity | undefined;
    const { field: own = DEFAULT.cost, multiplier } = typeof complexity === 'object' ? complexity : { field: complexity };
    const usual = field && isListType(getNullableType(field.type)) ? DEFAULT.listSize : 1;
    return { own, multiplier: multiplier ?? usual };
  }

  #argumentsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): object {
    return getArgumentValues(field, node, this.operation.variables);
  }

  /** The pattern of the list in a page, whose length is the number of the page's rows. */
  #listIn({ selections }: SelectionSetNode, type: GraphQLNamedType, pattern: string, multiplier: number): string | null {
    if (multiplier === 1 || !isObjectType(type)) return null;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const field = type.getFields()[selection.name.value];
        if (field && isListType(getNullableType(field.type))) return `${pattern}.${(selection.alias ?? selection.name).value}`;
        continue;
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? this.operation.fragments.get(selection.name.value)! : selection;
      const inner = this.#listIn(fragment.selectionSet, type, pattern, multiplier);
      if (inner !== null) return inner;
    }
    return null;
  }
}

/**
 * What an operation is charged: the cost of its fields with the rows that there are in place of the
 * size of each page, and without the fields that were refused.
 */
export function chargeOf({ base, lists, fields }: Prices, tally: Pick<Tally, 'rows' | 'refused'>): number {
  if (!lists.size && !tally.refused.size) return base;
  const paid = new Map<string, number>();
  // An outer list comes before those inside of it.
  for (const [pattern, { size, outer }] of lists)
    paid.set(pattern, Math.min(tally.rows.get(pattern) ?? 0, size * (outer === null ? 1 : paid.get(outer)!)));
  let charge = base;
  for (const [pattern, { item }] of lists) charge += item * paid.get(pattern)!;
  for (const [pattern, times] of tally.refused) {
    const { cost, list } = fields.get(pattern) ?? itemPrice(pattern.slice(0, -'.*'.length), { lists, fields });
    charge -= cost * Math.min(times, list === null ? 1 : paid.get(list)!);
  }
  return charge;
}

/** What an item of a list would have cost: a node, which is refused by the permission of its id. */
function itemPrice(pattern: string, { lists, fields }: Pick<Prices, 'lists' | 'fields'>): Pick<FieldPrice, 'cost' | 'list'> {
  const list = lists.get(pattern);
  if (list) return { cost: list.item, list: pattern };
  const { below, list: outer } = fields.get(pattern)!;
  return { cost: below, list: outer };
}

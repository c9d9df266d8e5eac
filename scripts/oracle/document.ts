import { type GraphQLField, GraphQLInterfaceType, GraphQLObjectType, getNamedType, parse, validate } from 'graphql';
import { hasPlan } from './plan.ts';
import type { Pool } from './pool.ts';
import type { Random } from './random.ts';
import { schema } from './schema.ts';
import { Values } from './values.ts';

/** What a request sends beside its headers. */
export type Operation = { readonly query: string; readonly variables: Readonly<Record<string, unknown>> };

type Composite = GraphQLObjectType | GraphQLInterfaceType;
type Field = GraphQLField<unknown, unknown>;

/** What each key of a response stands for: fields of one key must be the same. */
type Scope = Map<string, { readonly signature: string; readonly inner: Scope }>;

/** How often a field of the root is chosen. */
const ROOTS: readonly string[] = [
  ...Array<string>(12).fill('tenant'),
  ...['viewer', 'viewer', 'viewer', 'node', 'node', 'node', 'nodes', 'nodes', 'marketplace', 'marketplace', 'marketplace'],
  ...['plans', 'roles', 'permissions', 'staffTenant', 'staffTenant', 'staffTombstone'],
];

/** A document takes 30 aliases. */
const MOST_ALIASES = 25;
const MOST_FIELDS = 40;
const DEPTH = 7;
/** Documents that are written to find one with a query plan. */
const TRIES = 30;

/**
 * A random query that is valid against the schema. Half of them have a query plan, as far as that
 * is found in some tries: of those left to chance few have one.
 */
export function randomOperation(random: Random, pool: Pool): Operation {
  for (let tries = random.chance(50) ? TRIES : 0; ; tries -= 1) {
    const operation = new DocumentWriter(random, pool).write();
    const document = parse(operation.query);
    if (!validate(schema, document).length && (tries <= 0 || hasPlan(document))) return operation;
  }
}

class DocumentWriter {
  readonly #values: Values;
  readonly #fragments: { readonly name: string; readonly type: Composite }[] = [];
  readonly #texts: string[] = [];
  /** Documents with directives are rarely compiled: most have none. */
  readonly #hasDirectives: boolean;
  #aliases = 0;
  #fields = 0;

  constructor(
    private readonly random: Random,
    pool: Pool,
  ) {
    this.#values = new Values(random, pool);
    this.#hasDirectives = random.chance(15);
  }

  write(): Operation {
    const query = schema.getQueryType()!;
    const scope: Scope = new Map();
    const roots = Array.from(
      { length: this.random.chance(60) ? 1 : 2 + this.random.below(2) },
      () => query.getFields()[this.random.pick(ROOTS)]!,
    );
    const body = joined(roots.map(field => this.#field(field, scope, DEPTH)));
    const { definitions, variables } = this.#values;
    const head =
      definitions.length || this.random.chance(30) ? `query Random${definitions.length ? `(${definitions.join(', ')})` : ''} ` : '';
    return { query: [`${head}{ ${body} }`, ...this.#texts].join('\n'), variables };
  }

  /** A selection set, without its braces. */
  #selection(type: Composite, scope: Scope, depth: number): string {
    const parts = type instanceof GraphQLInterfaceType ? this.#ofInterface(type, scope, depth) : this.#ofObject(type, scope, depth);
    return joined(parts);
  }

  #ofInterface(type: GraphQLInterfaceType, scope: Scope, depth: number): string[] {
    const types = schema.getPossibleTypes(type);
    const chosen = Array.from({ length: 1 + this.random.below(2) }, () => this.random.pick(types));
    return [
      this.random.chance(70) ? '__typename' : '',
      this.random.chance(50) ? 'id' : '',
      ...chosen.map(one => this.#inFragment(one, scope, depth)),
    ];
  }

  #ofObject(type: GraphQLObjectType, scope: Scope, depth: number): string[] {
    const fields = Object.values(type.getFields()).filter(field => depth > 1 || !compositeOf(field));
    if (!fields.length) return [];
    const parts = [this.random.chance(15) ? '__typename' : ''];
    const edges = fields.find(({ name }) => name === 'edges' || name === 'node');
    if (edges && this.random.chance(80)) parts.push(this.#field(edges, scope, depth));
    for (let times = 1 + this.random.below(4); times > 0; times -= 1) {
      const way = this.random.below(100);
      if (way < 8) parts.push(this.#inFragment(type, scope, depth));
      else if (way < 11) parts.push(`...${this.#directive(100)} { ${joined(this.#ofObject(type, scope, depth))} }`);
      else if (way < 14 && type.getInterfaces().length) parts.push('... on Node { id }');
      else if (way < 24) parts.push(this.#twoPages(type, scope, depth));
      else parts.push(this.#field(this.random.pick(fields), scope, depth));
    }
    return parts;
  }

  /** Two pages of one relation, under names of their own. */
  #twoPages(type: GraphQLObjectType, scope: Scope, depth: number): string {
    const pages = Object.values(type.getFields()).filter(({ args }) => args.some(({ name }) => name === 'first'));
    if (!pages.length || depth < 3) return '';
    const page = this.random.pick(pages);
    return `${this.#field(page, scope, depth, true)} ${this.#field(page, scope, depth, true)}`;
  }

  #inFragment(type: GraphQLObjectType, scope: Scope, depth: number): string {
    const same = this.#fragments.filter(fragment => fragment.type === type);
    if (same.length && this.random.chance(40)) return `...${this.random.pick(same).name}`;
    const condition = this.#directive(20);
    const inner = this.#selection(type, scope, depth);
    if (this.random.chance(50)) return `... on ${type.name}${condition} { ${inner} }`;
    const name = `F${this.#fragments.length}`;
    this.#fragments.push({ name, type });
    this.#texts.push(`fragment ${name} on ${type.name} { ${inner} }`);
    return `...${name}${condition}`;
  }

  /** A directive, in `percent` of the places of a document that has them; else nothing. */
  #directive(percent: number): string {
    if (!this.#hasDirectives || !this.random.chance(percent)) return '';
    return ` @${this.random.chance(70) ? 'include' : 'skip'}(if: ${this.#values.condition()})`;
  }

  #field(field: Field, scope: Scope, depth: number, isNamed = false): string {
    if (this.#fields >= MOST_FIELDS) return '';
    this.#fields += 1;
    const type = compositeOf(field);
    const args = this.#values.argumentsOf(field.args);
    const signature = field.name + args;
    const taken = scope.get(field.name);
    const isAliased = isNamed || this.random.chance(8) || (taken !== undefined && taken.signature !== signature);
    if (isAliased && this.#aliases >= MOST_ALIASES) return '';
    if (isAliased) this.#aliases += 1;
    const key = isAliased ? `a${this.#aliases}` : field.name;
    const inner: Scope = scope.get(key)?.inner ?? new Map();
    scope.set(key, { signature, inner });
    const condition = this.#directive(15);
    const selection = type ? ` { ${this.#selection(type, inner, depth - 1)} }` : '';
    return `${isAliased ? `${key}: ` : ''}${signature}${condition}${selection}`;
  }
}

function compositeOf({ type }: Field): Composite | null {
  const named = getNamedType(type);
  return named instanceof GraphQLObjectType || named instanceof GraphQLInterfaceType ? named : null;
}

const joined = (parts: readonly string[]): string => parts.filter(part => part.trim()).join(' ') || '__typename';

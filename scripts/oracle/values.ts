import {
  type GraphQLArgument,
  GraphQLEnumType,
  type GraphQLInputField,
  GraphQLInputObjectType,
  type GraphQLInputType,
  getNullableType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { Pool } from './pool.ts';
import type { Random } from './random.ts';

type Place = GraphQLArgument | GraphQLInputField;

/** Writes random arguments, and collects the variables that stand in them. */
export class Values {
  readonly definitions: string[] = [];
  readonly variables: Record<string, unknown> = {};
  #count = 0;

  constructor(
    private readonly random: Random,
    private readonly pool: Pool,
  ) {}

  /** The arguments of a field in brackets; empty where it gets none. */
  argumentsOf(args: readonly GraphQLArgument[]): string {
    const names = args.map(({ name }) => name);
    const isPage = names.includes('first') && names.includes('last');
    const size = this.random.chance(75) ? 'first' : 'last';
    const isFrom = (name: string) => (size === 'first' ? 'after' : 'before') === name;
    const given = args.filter(({ name, type }) => {
      if (isNonNullType(type)) return true;
      // another tenant's refuses the whole request
      if (name === 'slug') return this.random.chance(5);
      // A page from both ends, or of no size, is refused: rarely.
      if (isPage && (name === 'first' || name === 'last')) return this.random.chance(name === size ? 60 : 2);
      if (isPage && (name === 'after' || name === 'before')) return this.random.chance(isFrom(name) ? 25 : 5);
      return this.random.chance(40);
    });
    return given.length ? `(${given.map(argument => `${argument.name}: ${this.#written(argument, argument.type)}`).join(', ')})` : '';
  }

  /** A random condition of a directive. */
  condition(): string {
    return this.random.chance(50)
      ? String(this.random.chance(60))
      : this.#variable('Boolean!', this.random.chance(60), this.random.chance(50) ? 'true' : undefined);
  }

  #written(place: Place, type: GraphQLInputType): string {
    if (this.random.chance(25)) return this.#variableOf(place, type);
    const bare = getNullableType(type);
    if (bare === type && this.random.chance(3)) return 'null';
    if (isListType(bare)) return `[${Array.from({ length: this.random.below(4) }, () => this.#written(place, bare.ofType)).join(', ')}]`;
    if (bare instanceof GraphQLInputObjectType) {
      const fields = Object.values(bare.getFields()).filter(field => isNonNullType(field.type) || this.random.chance(50));
      return `{ ${fields.map(field => `${field.name}: ${this.#written(field, field.type)}`).join(', ')} }`;
    }
    return this.#literal(this.#value(place, bare), bare);
  }

  #variableOf(place: Place, type: GraphQLInputType): string {
    const value = this.#value(place, type);
    const bare = getNullableType(type);
    const hasDefault = !(bare instanceof GraphQLInputObjectType) && !isListType(bare) && this.random.chance(30);
    const name = this.#variable(String(type), value, hasDefault ? this.#literal(this.#value(place, bare), bare) : undefined);
    return name;
  }

  /** Declares a variable. One that may be left out is, now and then. */
  #variable(type: string, value: unknown, byDefault?: string): string {
    this.#count += 1;
    const name = `v${this.#count}`;
    const isLeftOut = this.random.chance(15) && (byDefault !== undefined || !type.endsWith('!'));
    this.definitions.push(`$${name}: ${type}${byDefault === undefined ? '' : ` = ${byDefault}`}`);
    if (!isLeftOut) this.variables[name] = value;
    return `$${name}`;
  }

  #value(place: Place, type: GraphQLInputType): unknown {
    const bare = getNullableType(type);
    if (bare === type && this.random.chance(5)) return null;
    if (isListType(bare)) return Array.from({ length: this.random.below(4) }, () => this.#value(place, bare.ofType));
    if (bare instanceof GraphQLEnumType) return this.random.pick(bare.getValues()).name;
    if (bare instanceof GraphQLInputObjectType) {
      const fields = Object.values(bare.getFields()).filter(field => isNonNullType(field.type) || this.random.chance(50));
      return Object.fromEntries(fields.map(field => [field.name, this.#value(field, field.type)]));
    }
    return this.#scalar(place.name, String(bare));
  }

  #scalar(name: string, type: string): unknown {
    const { random, pool } = this;
    if (type === 'Int') return random.chance(90) ? 1 + random.below(4) : random.pick([0, -1, 100, 101]);
    if (type === 'Boolean') return random.chance(50);
    if (type === 'Decimal') return random.pick(['0', '1.25', '2.5', '99999999999999.999999']);
    if (type === 'DateTime') return random.pick(pool.moments);
    if (type === 'ID') return random.pick(name === 'tenantId' ? pool.tenantIds : pool.ids);
    return random.pick(name === 'after' || name === 'before' ? pool.cursors : pool.texts);
  }

  #literal(value: unknown, type: GraphQLInputType): string {
    return type instanceof GraphQLEnumType && value !== null ? String(value) : JSON.stringify(value);
  }
}

import { type FieldNode, type GraphQLField, getArgumentValues, Kind, type ValueNode, visit } from 'graphql';
import type { Variables } from './execution.ts';
import type { ArgsOf } from './query-plan.ts';
import { Unsupported } from './unsupported.ts';

const NO_ARGS: object = Object.freeze({});

/** Computes a field's arguments: once for all requests where no variable is among them. */
export function argsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): ArgsOf {
  if (!field.args.length) return () => NO_ARGS;
  if (hasVariable(node)) return variables => valuesOf(field, node, variables);
  const args = getArgumentValues(field, node);
  return () => args;
}

/** @throws {Unsupported} for a variable that doesn't fit: GraphQL.js says which. */
function valuesOf(field: GraphQLField<unknown, unknown>, node: FieldNode, variables: Variables): object {
  try {
    return getArgumentValues(field, node, variables);
  } catch {
    throw new Unsupported('argument');
  }
}

/** Whether a variable is among the arguments of a field, or inside one of them. */
export function hasVariable(node: FieldNode | ValueNode): boolean {
  let has = false;
  for (const inner of node.kind === Kind.FIELD ? (node.arguments ?? []) : [node])
    visit(inner, {
      Variable: () => {
        has = true;
      },
    });
  return has;
}

import { type DocumentNode, Kind, parse, print, type SelectionNode, validate, visit } from 'graphql';
import type { Operation } from './document.ts';
import { schema } from './schema.ts';

/** How many smaller documents are tried at most. */
const TRIES = 400;

/**
 * Makes an operation smaller for as long as it still fails: drops selections, arguments, directives
 * and, with them, fragments and variables that nothing uses.
 */
export async function shrink(operation: Operation, fails: (smaller: Operation) => Promise<boolean>): Promise<Operation> {
  let smallest = operation;
  let at = 0;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const document = without(parse(smallest.query), at);
    if (!document) return smallest;
    const query = print(document);
    const candidate = { query, variables: usedIn(query, smallest.variables) };
    if (!validate(schema, document).length && (await fails(candidate))) smallest = candidate;
    else at += 1;
  }
  return smallest;
}

/** A document without its n-th part that can be dropped; null where there are fewer. */
function without(document: DocumentNode, at: number): DocumentNode | null {
  let [count, isDone] = [0, false];
  const drop = () => {
    count += 1;
    if (count - 1 !== at) return undefined;
    isDone = true;
    return null;
  };
  const smaller = visit(document, { Field: drop, FragmentSpread: drop, InlineFragment: drop, Argument: drop, Directive: drop });
  return isDone ? tidy(smaller) : null;
}

/** Removes what the rest of a document no longer uses. */
function tidy(document: DocumentNode): DocumentNode {
  const text = print(document);
  const isUsed = (pattern: string) => new RegExp(`${pattern}\\b`, 'g');
  const uses = (pattern: string) => text.match(isUsed(pattern))?.length ?? 0;
  return visit(document, {
    SelectionSet: node => (node.selections.length ? undefined : { ...node, selections: [TYPENAME] }),
    FragmentDefinition: ({ name }) => (uses(`\\.\\.\\.${name.value}`) ? undefined : null),
    VariableDefinition: ({ variable }) => (uses(`\\$${variable.name.value}`) > 1 ? undefined : null),
  });
}

const TYPENAME: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

const usedIn = (query: string, variables: Operation['variables']) =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => new RegExp(`\\$${name}\\b`).test(query)));

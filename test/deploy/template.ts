import { createHash } from 'node:crypto';
import { parse, parseAllDocuments, stringify } from 'yaml';

/**
 * Renders the templates of deploy/helm, and only what they use of Helm's language: values, `quote`,
 * `toYaml` with `nindent` or `sha256sum`, `if`, `if not`, and `range` over a map. Anything else
 * throws, so that a template can't be rendered to something that Helm wouldn't.
 */
export function render(template: string, values: object, release = 'ipto'): readonly unknown[] {
  const text = lines(template.split('\n'), { Values: values, Release: { Name: release } }).join('\n');
  if (/\{\{|\}\}/.test(text)) throw new Error(`left over: ${text.match(/.*(\{\{|\}\}).*/)?.[0]}`);
  return parseAllDocuments(text).map(document => {
    if (document.errors.length) throw document.errors[0];
    return document.toJS() as unknown;
  });
}

type Scope = Readonly<Record<string, unknown>>;

function lines(source: readonly string[], scope: Scope): readonly string[] {
  const done: string[] = [];
  for (let index = 0; index < source.length; index += 1) {
    const line = source[index]!;
    const [, not, condition] = /^\s*\{\{- if (not )?(\S+) \}\}$/.exec(line) ?? [];
    const [, key, value, map] = /^\s*\{\{- range \$(\w+), \$(\w+) := (\S+) \}\}$/.exec(line) ?? [];
    if (!condition && !map) {
      done.push(line.replaceAll(/\{\{(-?) ?(.+?) \}\}/g, (_, trim, expression) => evaluate(expression, scope, trim === '-')));
      continue;
    }
    const end = index + 1 + source.slice(index + 1).findIndex(other => /^\s*\{\{- end \}\}$/.test(other));
    const body = source.slice(index + 1, end);
    if (condition && Boolean(at(condition, scope)) !== Boolean(not)) done.push(...lines(body, scope));
    for (const [name, entry] of Object.entries((map ? at(map, scope) : {}) as object))
      done.push(...lines(body, { ...scope, [key!]: name, [value!]: entry }));
    index = end;
  }
  return done;
}

function evaluate(expression: string, scope: Scope, isTrimmed: boolean): string {
  const [first = '', ...filters] = expression.split(' | ');
  const [, yaml, path = first] = /^(toYaml) (\S+)$/.exec(first) ?? [];
  const found = at(path, scope);
  const text = yaml ? stringify(found).trimEnd() : String(found);
  return filters.reduce((current, filter) => {
    const [, indent] = /^nindent (\d+)$/.exec(filter) ?? [];
    if (indent && isTrimmed) return `\n${current.replace(/^/gm, ' '.repeat(Number(indent)))}`;
    if (filter === 'quote') return JSON.stringify(current);
    if (filter === 'sha256sum') return createHash('sha256').update(current).digest('hex');
    throw new Error(`unknown: ${filter}`);
  }, text);
}

/** The value of `.Values.a.b` or `$name`. */
function at(path: string, scope: Scope): unknown {
  if (!/^(\.|\$)\w+(\.\w+)*$/.test(path)) throw new Error(`unknown: ${path}`);
  const found = path
    .slice(1)
    .split('.')
    .reduce<unknown>((value, name) => (value as Scope | undefined)?.[name], scope);
  if (found === undefined) throw new Error(`no value: ${path}`);
  return found;
}

export { parse };

// Marks in an introspected schema, and so in the docs and the completion, whether the caller has
// the permission of each field.

/** The permission that a field's description names. */
const NEEDS = /\*\*Needs\*\* `([a-z:-]+)`/;

/** A permission as the enum `PermissionName` writes it. */
const enumName = permission => permission.replace(/\W/g, '_').toUpperCase();

/** The names of the permissions that a caller has, asked for with a function that sends a query. */
export async function permissionsOf(query) {
  const { data } = await query('query ExplorerPermissions { viewer { permissions } }');
  return new Set(data.viewer.permissions);
}

/** Adds a mark to the description of each field that needs a permission. */
export function markFields(introspected, permissions, caller) {
  for (const type of introspected.data.__schema.types)
    for (const field of type.fields ?? []) {
      const needed = NEEDS.exec(field.description ?? '')?.[1];
      if (!needed) continue;
      const mark = permissions.has(enumName(needed)) ? `✓ Allowed to ${caller}.` : `✗ Refused to ${caller}.`;
      field.description = `${mark}\n\n${field.description}`;
    }
  return introspected;
}

function withMark(suggestion) {
  const mark = /^[✓✗]/.exec(suggestion.documentation?.value ?? '')?.[0];
  return mark ? { ...suggestion, detail: `${mark} ${suggestion.detail}` } : suggestion;
}

/** Shows the marks of fields in the lists of completion, whose docs are folded away. */
export function markSuggestions(languages) {
  const register = languages.registerCompletionItemProvider;
  languages.registerCompletionItemProvider = (selector, provider) => {
    const provideCompletionItems = async (...given) => {
      const list = await provider.provideCompletionItems(...given);
      return list && { ...list, suggestions: list.suggestions.map(withMark) };
    };
    return register(selector, Object.assign(Object.create(provider), { provideCompletionItems }));
  };
}

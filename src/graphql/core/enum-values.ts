/** GraphQL enum values in upper case; resolvers see the lower-case values of the domain. */
export const enumValues = <Value extends string>(values: readonly Value[], descriptions?: Readonly<Record<Value, string>>) =>
  Object.fromEntries(
    values.map(value => [value.toUpperCase(), { value, ...(descriptions && { description: descriptions[value] }) }]),
  ) as Record<Uppercase<Value>, { value: Value; description?: string }>;

/** Names and values; a value that is refused is a dash. */
export const Facts = ({ of }: { of: Readonly<Record<string, string | null | undefined>> }) => (
  <dl>
    {Object.entries(of).map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value ?? '–'}</dd>
      </div>
    ))}
  </dl>
);

import type { CSSProperties } from 'react';

/** A column: the day is a date such as `2026-11-24`. */
export type Column = { readonly day: string; readonly value: number; readonly text: string };

/** A column for each day, which a screen reader reads as a list. */
export function Chart({ title, columns }: { title: string; columns: readonly Column[] }) {
  const highest = columns.reduce((high, column) => (column.value > high.value ? column : high));
  return (
    <figure>
      <figcaption>
        {title} <small>at most {highest.text}</small>
      </figcaption>
      <ol>
        {columns.map(({ day, value, text }) => (
          <li key={day} title={`${day}: ${text}`} style={{ '--share': highest.value && value / highest.value } as CSSProperties}>
            <span className="hidden">
              {day}: {text}
            </span>
          </li>
        ))}
      </ol>
      <div className="ends" aria-hidden="true">
        <small>{columns[0]?.day}</small>
        <small>{columns.at(-1)?.day}</small>
      </div>
    </figure>
  );
}

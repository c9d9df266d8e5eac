import { count } from './words.ts';

export type CapUse = { readonly used: number; readonly limit?: number | null; readonly over?: number };

/** A bar of what is used of a limit. */
export function Meter({ label, use: { used, limit = null, over = 0 }, note }: { label: string; use: CapUse; note?: string }) {
  const share = limit ? Math.min(used / limit, 1) : 0;
  const level = over > 0 || share >= 1 ? 'full' : share >= 0.8 ? 'high' : '';
  return (
    <div className="meter">
      <span>{label}</span>
      <span>
        {count(used)} {limit === null ? '· no limit' : `of ${count(limit)}`}
      </span>
      {/* biome-ignore lint/a11y/useSemanticElements: `meter` can't be coloured in every browser. */}
      <div
        className={`track ${level}`}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={limit ?? used}
        aria-valuenow={Math.min(used, limit ?? used)}
      >
        <span style={{ inlineSize: `${share * 100}%` }} />
      </div>
      {over > 0 ? <small className="over">{count(over)} over the limit: additions are refused.</small> : note && <small>{note}</small>}
    </div>
  );
}

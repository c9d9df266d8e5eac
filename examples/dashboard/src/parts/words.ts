/** `SELLER_MANAGER` as people write it. */
export const words = (name: string): string => name.toLowerCase().replaceAll('_', ' ');

export const count = (value: number | null | undefined): string | null => value?.toLocaleString('en') ?? null;

export const day = (text: string): string =>
  new Date(text).toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

type Sum = { readonly amount: string; readonly currency: string };

/** A sum as people write it. The amount is a decimal in a string: to show it, a number suffices. */
export const money = ({ amount, currency }: Sum): string => Number(amount).toLocaleString('en', { style: 'currency', currency });

/** The sums of several currencies. */
export function sums(all: readonly Sum[] | null | undefined): string | null {
  if (!all) return null;
  const some = all.filter(({ amount }) => Number(amount) !== 0);
  return some.map(money).join(' + ') || 'none';
}

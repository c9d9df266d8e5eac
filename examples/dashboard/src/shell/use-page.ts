import { useSyncExternalStore } from 'react';

const subscribe = (onChange: () => void) => {
  addEventListener('hashchange', onChange);
  return () => removeEventListener('hashchange', onChange);
};

/** The name of the page in the fragment of the URL. */
export const usePage = (): string => useSyncExternalStore(subscribe, () => location.hash.slice(1) || 'overview');

import type { Finding } from './words.ts';

/** Waits of vitest's own, which end after a second, whether or not the machine is busy. */
export const findShortWaits = (text: string): readonly Finding[] =>
  text
    .split('\n')
    .flatMap((content, index) =>
      /\bvi\.wait(For|Until)\(/.test(content)
        ? [{ line: index + 1, text: 'a wait of a second: test/support/wait.ts has longer ones' }]
        : [],
    );

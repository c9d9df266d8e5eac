import type { TextQuery } from './piggyback-query.ts';

/** Runs one statement, on the pool or in a transaction, and returns its rows. */
export type Query = <Row>(text: string, values: readonly unknown[]) => Promise<readonly Row[]>;

/** Sends one statement whose result nobody awaits; if it fails, the transaction fails. */
export type Enqueue = (text: string, values: readonly unknown[]) => void;

/** Runs one statement that returns a single text. */
export type RunTextQuery = (query: TextQuery) => Promise<string | null>;

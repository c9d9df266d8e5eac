import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { createDocuments } from '../../../src/http/graphql/documents.ts';

const document = parse('{ a }');

test('a document counts as validated by its exact text, not when it was only parsed', () => {
  const { parsed, markValidated, validated } = createDocuments();
  parsed.set('{ a }', document);
  expect(validated('{ a }')).toBeUndefined();
  markValidated(document);
  expect([validated('{ a }'), validated('{ a } ')]).toEqual([document, undefined]);
});

test('the thousand most recently used documents are cached, except very long ones', () => {
  const { parsed, failed } = createDocuments();
  for (const [documents, kept] of [[parsed, document] as const, [failed, new Error('not GraphQL')] as const]) {
    const set = (text: string) => documents.set(text, kept as never);
    for (let i = 0; i < 1_000; i++) set(`{ a${i} }`);
    documents.get('{ a0 }');
    set('{ b }');
    expect([documents.size, documents.has('{ a0 }'), documents.has('{ a1 }')]).toEqual([1_000, true, false]);
    set('{ long }'.padEnd(20_000));
    expect([documents.has('{ long }'.padEnd(20_000)), documents.has('{ b }')]).toEqual([false, true]);
    for (let i = 0; i < 30; i++) set(`{ c${i} }`.padEnd(19_000));
    expect([documents.size, documents.has('{ b }'), documents.calculatedSize <= 500_000]).toEqual([26, false, true]);
  }
});

import { ApolloClient, ApolloLink, gql, InMemoryCache, Observable } from '@apollo/client';
import { print } from 'graphql';
import { createClient } from 'graphql-sse';
import { beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, openPage } from '../support/browser.ts';
import { useCuttingProxy } from '../support/cutting-proxy.ts';
import { type TenantWithMembers, useTenantActors } from '../support/tenant-actors.ts';

/** Subscriptions in the clients that people have, cut and resumed (docs/clients.md). */
const fixtures = useTenantActors();
const proxy = useCuttingProxy(fixtures.gateway);
let home: TenantWithMembers;
beforeAll(async () => {
  home = await fixtures.home();
});

const CHANGED = 'subscription Changed { tenantChanged { cursor event { data } } }';
type Changed = { tenantChanged: { cursor: string; event: { data: { name: string } } } };
const rename = (name: string) => fixtures.must(home.owner, 'renameTenant', { name });

/** graphql-sse's client, which resumes after the last cursor that it was given. */
function sseClient() {
  let last: string | undefined;
  const client = createClient({
    url: proxy.url,
    retryAttempts: 20,
    headers: () => ({
      authorization: `Bearer ${home.owner.token}`,
      'x-tenant-id': home.tenant.id,
      ...(last && { 'last-event-id': last }),
    }),
  });
  const note = (cursor: string) => {
    last = cursor;
  };
  return { client, note };
}

/**
 * Renames the tenant until a subscription gets it, cuts its connection, and renames again: all
 * names from the first that came on must come, each once.
 */
async function checkResumed(seen: () => Promise<readonly string[]> | readonly string[]): Promise<void> {
  const given: string[] = [];
  const give = async () => {
    given.push(`Name ${given.length}`);
    await rename(given.at(-1)!);
  };
  await expect.poll(() => give().then(async () => (await seen()).length)).toBeGreaterThan(0);
  proxy.cut();
  for (let more = 0; more < 3; more += 1) await give();
  await expect.poll(async () => (await seen()).at(-1)).toBe(given.at(-1));
  const all = await seen();
  expect(all).toEqual(given.slice(given.indexOf(all[0]!)));
}

describe('G8: a subscription that is cut goes on without a gap', () => {
  test('in the client of graphql-sse', async () => {
    const { client, note } = sseClient();
    const seen: string[] = [];
    const stop = client.subscribe<Changed>(
      { query: CHANGED },
      {
        next: ({ data }) => {
          note(data!.tenantChanged.cursor);
          seen.push(data!.tenantChanged.event.data.name);
        },
        error: () => {},
        complete: () => {},
      },
    );
    await checkResumed(() => seen);
    stop();
    client.dispose();
  });

  test('in Apollo Client, with a link of graphql-sse', async () => {
    const { client, note } = sseClient();
    const link = new ApolloLink(
      ({ query, variables, operationName }) =>
        new Observable(sink =>
          client.subscribe<Changed>(
            { query: print(query), variables, operationName },
            {
              next: result => {
                note(result.data!.tenantChanged.cursor);
                sink.next(result as never);
              },
              error: error => sink.error(error),
              complete: () => sink.complete(),
            },
          ),
        ),
    );
    const apollo = new ApolloClient({ link, cache: new InMemoryCache() });
    const seen: string[] = [];
    const subscription = apollo.subscribe<Changed>({ query: gql(CHANGED) }).subscribe(({ data }) => {
      seen.push(data!.tenantChanged.event.data.name);
    });
    await checkResumed(() => seen);
    subscription.unsubscribe();
    client.dispose();
  });

  test.runIf(hasChromium())('in `fetch` of Chromium', async () => {
    const { page, close } = await openPage(new URL('/livez', proxy.url).href);
    try {
      await page.evaluate(
        ([query, token, tenant]) => {
          const state = { seen: [] as string[], last: '' };
          (globalThis as unknown as { state: typeof state }).state = state;
          const follow = async () => {
            const response = await fetch('/graphql', {
              method: 'POST',
              headers: {
                accept: 'text/event-stream',
                'content-type': 'application/json',
                authorization: `Bearer ${token}`,
                'x-tenant-id': tenant!,
                ...(state.last && { 'last-event-id': state.last }),
              },
              body: JSON.stringify({ query }),
            });
            const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
            for (let text = ''; ; ) {
              const { value, done } = await reader.read();
              if (done) return;
              text += value;
              const blocks = text.split('\n\n');
              text = blocks.pop()!;
              for (const block of blocks) {
                const id = /^id: (.*)$/m.exec(block)?.[1];
                if (!id) continue;
                state.last = id;
                state.seen.push(JSON.parse(/^data: (.*)$/m.exec(block)![1]!).data.tenantChanged.event.data.name);
              }
            }
          };
          const keepFollowing = (): Promise<void> =>
            follow()
              .catch(() => new Promise(resolve => setTimeout(resolve, 50)))
              .then(keepFollowing);
          void keepFollowing();
        },
        [CHANGED, home.owner.token, home.tenant.id],
      );
      const state = () => page.evaluate(() => (globalThis as unknown as { state: { seen: string[] } }).state.seen);
      await checkResumed(state);
    } finally {
      await close();
    }
  });
});

/** One end of the pipe between the primary process and a worker. */
type Pipe = { send(message: object): unknown; on(event: 'message', listener: (message: unknown) => void): unknown };

type Message =
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly output: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string };

/** What one process does for the other. */
export type Services = Readonly<Record<string, (input: never) => unknown>>;

export type Channel = {
  /** Calls a service of the other process. Rejects if it throws, or if the process has ended. */
  call<Output>(name: string, input?: unknown): Promise<Output>;
  /** Rejects the calls under way: the other process has ended. */
  end(): void;
};

type Waiting = { resolve(output: unknown): void; reject(error: Error): void };

/** Lets two processes call each other. Messages of others on the same pipe are left alone. */
export function openChannel(pipe: Pipe, services: Services): Channel {
  const calls = new Map<number, Waiting>();
  let lastId = 0;

  async function answer({ id, name, input }: Message & { kind: 'call' }): Promise<Message> {
    try {
      return { kind: 'answer', id, output: await services[name]!(input as never) };
    } catch (error) {
      return { kind: 'failure', id, message: (error as Error).message };
    }
  }

  pipe.on('message', received => {
    const message = received as Message;
    if (message?.kind === 'call') void answer(message).then(sent => pipe.send(sent));
    else if (message?.kind === 'answer' || message?.kind === 'failure') {
      const waiting = calls.get(message.id);
      calls.delete(message.id);
      if (message.kind === 'answer') waiting?.resolve(message.output);
      else waiting?.reject(new Error(message.message));
    }
  });
  return {
    call: <Output>(name: string, input?: unknown) =>
      new Promise<Output>((resolve, reject) => {
        lastId += 1;
        calls.set(lastId, { resolve: resolve as Waiting['resolve'], reject });
        pipe.send({ kind: 'call', id: lastId, name, input });
      }),
    end: () => {
      for (const { reject } of calls.values()) reject(new Error('the other process has ended'));
      calls.clear();
    },
  };
}

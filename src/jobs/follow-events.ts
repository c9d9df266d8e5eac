import { Follower, type FollowerOptions } from '../domain/event/follower.ts';

export type FollowOptions = FollowerOptions & {
  /** Called when there are new events, in any tenants. */
  readonly onEvents: () => Promise<void>;
};

/**
 * Follows events until it is stopped, beginning as if there were some. Events that come while
 * `onEvents` runs are one further call. What it misses, the sweep of each minute finds.
 */
export function followEvents({ onEvents, ...options }: FollowOptions): { stop(): Promise<void> } {
  const follower = new Follower(options);
  let isDue = false;
  let running: Promise<void> | undefined;
  const run = async () => {
    while (isDue) {
      isDue = false;
      await onEvents().catch(options.onError);
    }
    running = undefined;
  };
  const wake = () => {
    isDue = true;
    running ??= run();
  };
  follower.listen(wake);
  void follower.ready().then(wake);
  return {
    stop: async () => {
      await follower.stop();
      await running;
    },
  };
}

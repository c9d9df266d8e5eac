import { createRequire, syncBuiltinESMExports } from 'node:module';

/**
 * Loaded into a process (`--import`), it turns off and on, by SIGUSR2, what prom-client measures of
 * each process: the delay of the event loop and the collections of garbage.
 */
const hooks = createRequire(import.meta.url)('node:perf_hooks');
const parts = [];

const { monitorEventLoopDelay, PerformanceObserver } = hooks;
hooks.monitorEventLoopDelay = options => {
  const histogram = monitorEventLoopDelay(options);
  parts.push({ on: () => histogram.enable(), off: () => histogram.disable() });
  return histogram;
};
syncBuiltinESMExports();
const { observe } = PerformanceObserver.prototype;
PerformanceObserver.prototype.observe = function (options) {
  parts.push({ on: () => observe.call(this, options), off: () => this.disconnect() });
  observe.call(this, options);
};

let isOn = true;
process.on('SIGUSR2', () => {
  isOn = !isOn;
  for (const part of parts) part[isOn ? 'on' : 'off']();
});

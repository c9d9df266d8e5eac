import { type Shared, startOracleGateway } from './gateway.ts';

/** Runs the reference gateway: sends its URL, takes times for its clock, ends with its parent. */
const gateway = await startOracleGateway(JSON.parse(process.env.ORACLE!) as Shared, false);
process.on('message', (now: number) => {
  gateway.setClock(now);
  process.send!('set');
});
process.on('disconnect', async () => {
  await gateway.stop();
  process.exit(0);
});
process.send!(gateway.url);

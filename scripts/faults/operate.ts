import type { Fault } from './fault.ts';

const DOCTOR = ['test/doctor/doctor'];
const DATABASE = ['test/doctor/database'];
const WORKER = ['test/jobs/worker'];

/** Faults of what operators run: a check that finds nothing, a secret that is printed. */
export const OPERATE_FAULTS: readonly Fault[] = [
  { file: 'src/cluster/primary.ts', find: 'this.options.stopsTogether ? ', plant: 'false ? ', tests: ['test/cli/workers'] },
  {
    file: 'src/cli/fail.ts',
    find: "import { WorkerFailedError } from '../cluster/worker-failed.ts';",
    plant: "import '../cluster/primary.ts';\nimport { WorkerFailedError } from '../cluster/worker-failed.ts';",
    tests: ['test/cli/loaded'],
  },
  { file: 'src/doctor/doctor.ts', find: 'what: hide(finding.what)', plant: 'what: finding.what', tests: DOCTOR, short: true },
  { file: 'src/doctor/doctor.ts', find: "has('wrong') ? 1 : ", plant: '', tests: DOCTOR },
  { file: 'src/doctor/doctor.ts', find: 'run(config, ending.signal), late', plant: 'run(config, ending.signal)', tests: DOCTOR },
  { file: 'src/config-values.ts', find: '[text, decoded(text)]', plant: '[text]', tests: DOCTOR },
  { file: 'src/doctor/database.ts', find: 'const roles = await roleFaults(query)', plant: 'const roles: string[] = []', tests: DATABASE },
  { file: 'src/doctor/database.ts', find: 'await isolation(query), ', plant: '', tests: DATABASE },
  { file: 'src/doctor/database.ts', find: 'rows[0]!.pid === (client', plant: '(client', tests: DATABASE },
  { file: 'src/doctor/database.ts', find: 'theirs.getTime() - received', plant: '0', tests: ['test/doctor/database'] },
  { file: 'src/doctor/issuer.ts', find: ' && algorithms.some(', plant: ' || algorithms.some(', tests: ['test/doctor/issuer'] },
  { file: 'src/doctor/store.ts', find: 'await put(randomBytes(bytes.length));', plant: '', tests: ['test/doctor/store'] },
  { file: 'src/database/admin/password.ts', find: 'rolsuper OR ', plant: 'false AND ', tests: ['test/cli/role'] },
  {
    file: 'src/database/admin/password.ts',
    find: 'pg.escapeLiteral(verifier(password))',
    plant: 'pg.escapeLiteral(password)',
    tests: ['test/database/admin/password'],
    short: true,
  },
  {
    file: 'compose.yaml',
    find: '  network_mode: service:issuer\n  read_only: true\n',
    plant: '  network_mode: service:issuer\n',
    tests: ['test/deploy/compose'],
  },
  { file: 'src/jobs/settle.ts', find: '  await releaseDeadWorkers(query);\n', plant: '', tests: WORKER },
  { file: 'src/jobs/run-queue.ts', find: 'for (const id of ids) await liveness.hold(id);', plant: '', tests: WORKER },
  { file: 'src/jobs/run-queue.ts', find: 'current = await restart();', plant: 'current = null;', tests: WORKER },
  { file: 'src/jobs/run-queue.ts', find: 'completeJobBatchDelay: 0, failJobBatchDelay: 0', plant: '', tests: WORKER },
  { file: 'compose.yaml', find: 'OIDC_AUDIENCE: ipto', plant: 'OIDC_AUDIANCE: ipto', tests: ['test/deploy/compose'] },
  { file: 'Dockerfile', find: 'USER node\n', plant: '', tests: ['test/deploy/compose'] },
  {
    file: 'deploy/helm/templates/gateway.yaml',
    find: 'path: /readyz, port: http',
    plant: 'path: /livez, port: http',
    tests: ['test/deploy/helm'],
  },
  { file: 'deploy/helm/values.yaml', find: '    HTTP_KEEP_ALIVE: 75', plant: '    HTTP_KEEPALIVE: 75', tests: ['test/deploy/helm'] },
  {
    file: 'deploy/helm/templates/worker.yaml',
    find: '.Values.secrets.worker',
    plant: '.Values.secrets.migrate',
    tests: ['test/deploy/helm'],
  },
  {
    file: 'src/database/tenancy/startup-check.ts',
    find: 'return migrationsIn().filter(name => !names.has(name));',
    plant: 'return [...names].filter(name => !migrationsIn().includes(name));',
    tests: ['test/cli/upgrade'],
  },
  { file: 'src/demo/token-route.ts', find: 'body.home !== directory', plant: 'false', tests: ['test/demo/token'] },
];

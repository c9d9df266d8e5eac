import { type Group, ok, wrong } from './finding.ts';

/** The oldest Node that works: `engines` of package.json. */
const [MAJOR, MINOR] = [20, 19];

export const machineGroup: Group = {
  name: 'Node',
  run: async () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const isNewEnough = major > MAJOR || (major === MAJOR && minor >= MINOR);
    return isNewEnough
      ? [ok('Node', process.versions.node)]
      : [wrong('Node', `${process.versions.node} is too old`, `install Node ${MAJOR}.${MINOR} or newer`)];
  },
};

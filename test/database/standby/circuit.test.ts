import { expect, test } from 'vitest';
import { Circuit } from '../../../src/database/standby/circuit.ts';

const start = () => {
  const time = { now: 0 };
  const changes: [boolean, string][] = [];
  const circuit = new Circuit(
    (...change) => void changes.push(change),
    () => time.now,
  );
  return { time, changes, circuit };
};

test('a standby is skipped after a failure, and for twice as long after each further one', () => {
  const { time, circuit } = start();
  for (const pause of [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]) {
    circuit.enter()!.failed('it is down');
    time.now += pause - 1;
    expect(circuit.enter()).toBeNull();
    time.now += 1;
  }
  circuit.enter()!.succeeded();
  circuit.enter()!.failed('it is down again');
  time.now += 100;
  expect(circuit.enter()).not.toBeNull();
});

test('one read tries a standby, and the others go on without it', () => {
  const { time, circuit } = start();
  circuit.enter()!.failed('it is down');
  time.now += 100;
  const trial = circuit.enter()!;
  expect(circuit.enter()).toBeNull();
  trial.succeeded();
  expect(circuit.enter()).not.toBeNull();
  expect(circuit.enter()).not.toBeNull();
});

test('reads that were let in before it was skipped neither prolong nor end that', () => {
  const { time, changes, circuit } = start();
  const [first, second, third] = [circuit.enter()!, circuit.enter()!, circuit.enter()!];
  first.failed('it is down');
  second.failed('it is still down');
  third.succeeded();
  expect(circuit.isClosed).toBe(false);
  time.now += 100;
  expect(circuit.enter()).not.toBeNull();
  expect(changes).toEqual([[false, 'it is down']]);
});

test('a change is reported once', () => {
  const { time, changes, circuit } = start();
  circuit.enter()!.succeeded();
  for (let failures = 0; failures < 3; failures += 1) {
    circuit.enter()!.failed('it is down');
    time.now += 1_000;
  }
  circuit.enter()!.succeeded();
  expect(changes).toEqual([
    [false, 'it is down'],
    [true, 'it answers and is up to date'],
  ]);
});

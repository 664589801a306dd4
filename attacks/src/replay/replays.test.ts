import { join } from 'node:path';
import { openStore } from '@toolwarden/catalogue/store';
import { expect, test } from 'vitest';
import { loadScenarios } from '../scenarios/index.ts';
import { runScenarios } from './run-scenarios.ts';
import { defineScenario, type Family, families, type Scenario } from './scenario.ts';
import { protectedPolicy } from './scenario-policy.ts';
import { stdioScenarios } from './stdio-runs.ts';

const STDIO: Family[] = ['rug-pull', 'cross-server-flow', 'exhaustion'];
const root = join(import.meta.dirname, '../../..');
const command = [process.execPath, join(root, 'cli/bin/toolwarden.js')];
const { items } = await openStore(join(root, 'data')).readAttacks();
const attacks = new Map(items.map(({ attack }) => [attack.id, attack]));
const scenarios = await loadScenarios();

test('each attack does its harm without the control, none with it, and honest use still works', async () => {
  // The command tries every family over stdio; here a few will do.
  const overStdio = stdioScenarios(scenarios).filter(({ family }) => STDIO.includes(family));
  const replays = await runScenarios(scenarios, attacks, { command, overStdio });
  expect(replays.filter(({ stdio }) => stdio !== undefined)).toHaveLength(STDIO.length);
  const wrong = replays.flatMap(({ id, problem }) => (problem ? [`${id}: ${problem}`] : []));
  expect(wrong).toEqual([]);
  expect(replays).toHaveLength(scenarios.length);
}, 480_000);

test('every family is replayed, and an entry that is stopped in part shows what still passes', () => {
  expect(families.filter((family) => !scenarios.some((each) => each.family === family))).toEqual(
    [],
  );
  const silent = scenarios.filter(
    ({ id, passes }) => attacks.get(id)?.gateway.stops === 'partial' && passes === undefined,
  );
  expect(silent.map(({ id }) => id)).toEqual([]);
});

test('every technique that a gateway stops is replayed, and twenty that it stops in part', () => {
  const replayed = new Set(scenarios.map(({ id }) => id));
  const techniques = [...attacks.values()].filter(({ kind }) => kind === 'technique');
  const claimed = (stops: string) => techniques.filter(({ gateway }) => gateway.stops === stops);
  expect(claimed('full').filter(({ id }) => !replayed.has(id))).toEqual([]);
  expect(claimed('partial').filter(({ id }) => replayed.has(id)).length).toBeGreaterThanOrEqual(20);
});

const example = scenarios.find(({ id }) => id === 'lethal-trifecta') as Scenario;

test('a control that does nothing, harm that does not happen and honest use that fails are told', async () => {
  const attack = attacks.get('lethal-trifecta');
  const entries = new Map([['lethal-trifecta', { ...attack, stoppedBy: [] } as never]]);
  const harmless = { ...example, controls: [], attack: { ...example.attack, act: async () => {} } };
  const useless = { ...example, controls: [] };
  const broken = {
    ...useless,
    attack: example.attack,
    ordinary: { version: '1', default: 'deny' },
  };
  const problems = [];
  for (const scenario of [useless, harmless, broken as Scenario]) {
    const [replay] = await runScenarios([scenario], entries, { command });
    problems.push(replay?.problem);
  }
  expect(problems).toEqual([
    'the harm was done in spite of the control',
    'without the control no harm was done, so it proves nothing',
    'without the control no harm was done, so it proves nothing',
  ]);
}, 300_000);

test('a policy is what the entry offers, and a control that it does not name is an error', () => {
  const attack = attacks.get('lethal-trifecta') as Parameters<typeof protectedPolicy>[1];
  const policy = protectedPolicy(example, attack);
  expect(policy.flows).toHaveLength(1);
  expect(policy.tools).toEqual(example.ordinary.tools);
  expect(() => protectedPolicy({ ...example, controls: ['budget'] }, attack)).toThrow('no control');
});

test('a scenario that is none says so where it stands', () => {
  expect(() => defineScenario({ ...example, id: 'No Id' })).toThrow('expected the id');
  expect(() => defineScenario({ ...example, story: 'no full stop' })).toThrow('one sentence');
  expect(() => defineScenario({ ...example, servers: {} })).toThrow('expected a server');
});

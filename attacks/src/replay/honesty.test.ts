import { join } from 'node:path';
import { type Attack, isReproduced } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { expect, test } from 'vitest';
import { loadScenarios } from '../scenarios/index.ts';
import { runScenarios } from './run-scenarios.ts';
import type { Scenario } from './scenario.ts';
import { protectedPolicy } from './scenario-policy.ts';

const root = join(import.meta.dirname, '../../..');
const command = [process.execPath, join(root, 'cli/bin/toolwarden.js')];
const { items } = await openStore(join(root, 'data')).readAttacks();
const attacks = new Map(items.map(({ attack }) => [attack.id, attack]));
const scenarios = await loadScenarios();

test('a script that breaks off shows nothing, though no harm is done', async () => {
  const example = scenarios.find(({ id }) => id === 'lethal-trifecta') as Scenario;
  const attack: Scenario['attack'] = {
    ...example.attack,
    async act(agent, world) {
      await example.attack.act(agent, world);
      if (!world.isLeaked) await agent.list('nowhere');
    },
  };
  const [replay] = await runScenarios([{ ...example, attack }], attacks, { command });
  expect(replay?.runs.with?.happened).toBe(false);
  expect(replay?.problem).toBe(
    'the run "with" broke off: gives up: no server nowhere in this scenario',
  );
}, 300_000);

test('a script that breaks off over stdio alone shows nothing either', async () => {
  const example = scenarios.find(({ id }) => id === 'tool-parameter-abuse') as Scenario;
  let played = 0;
  const attack: Scenario['attack'] = {
    ...example.attack,
    async act(agent, world) {
      await example.attack.act(agent, world);
      // Without and with the control through the gateway; then the same over stdio.
      if (++played === 4) await agent.list('nowhere');
    },
  };
  const overStdio = [{ ...example, attack }];
  const [replay] = await runScenarios(overStdio, attacks, { command, overStdio });
  expect(replay?.stdio?.with).toBe(false);
  expect(replay?.problem).toBe(
    'over stdio: the run "with" broke off: no server nowhere in this scenario',
  );
}, 300_000);

test('what the site shows was recorded with the scenarios and the controls of today', () => {
  const recorded = items.flatMap(({ replay }) => {
    if (replay === undefined) return [];
    const { id, family, story, against, controls, policy } = replay;
    return [{ id, family, story, against, controls, policy, isReproduced: isReproduced(replay) }];
  });
  const today = scenarios.map((scenario) => {
    const { id, family, story, against, controls } = scenario;
    const policy = protectedPolicy(scenario, attacks.get(id) as Attack);
    return { id, family, story, against, controls, policy, isReproduced: true };
  });
  expect(recorded).toEqual(JSON.parse(JSON.stringify(today)));
});

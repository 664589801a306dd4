import { expect } from 'vitest';
import { testNeeding } from '../src/testing/needs.ts';
import { randomFrom } from './kill-sweep.ts';
import { failoverRound, killRound } from './redis-sweep.ts';

const test = await testNeeding('redis-server');

const sound = { overLimit: 0, unaudited: 0, auditProblems: 0, broken: [] };

test('P13: gateways and their Redis killed under load: never a call over the limit or unrecorded', async () => {
  // Drawn so that gateways, Redis and both die among them.
  for (const seed of [1, 8, 7]) expect(await killRound(randomFrom(seed))).toMatchObject(sound);
}, 300_000);

test('P17: a failover loses no charge that the replica was waited for', async () => {
  expect(await failoverRound(randomFrom(1), 1)).toMatchObject(sound);
}, 300_000);

// What judging, charging and recording one call costs in the store: `npm run bench:state`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilePolicy, decide } from '@toolwarden/policy';
import { openSqliteState } from '../src/state/sqlite-state.ts';
import type { CallEntry, Durability, State } from '../src/state/state.ts';

const ROUNDS = 15;
const policy = await compilePolicy({
  version: '1',
  default: 'deny',
  tools: {
    read: {
      limits: [
        { max: 1e9, window: 'minute' },
        { max: 1e9, window: 'hour' },
      ],
    },
  },
});
const argumentsOf = (bytes: number) => ({ text: 'x'.repeat(bytes) });

let calls = 0;
function entryOf(args: { text: string }, argumentsText: string): CallEntry {
  return {
    ...{ callId: `bench-${++calls}`, method: 'tools/call', server: 'npm:@acme/notes' },
    ...{ tool: 'read', grant: 'local', at: Date.now(), isObserved: false },
    ...{ arguments: args, argumentsText },
  };
}

async function oneRound(state: State, count: number, bytes: number): Promise<number> {
  const args = argumentsOf(bytes);
  const text = JSON.stringify(args);
  const start = process.hrtime.bigint();
  for (let call = 0; call < count; call++) {
    const entry = entryOf(args, text);
    const { server, tool, grant } = entry;
    const recorded = state.record(entry, (facts) =>
      decide(policy, { server, tool, grant, arguments: args }, facts),
    );
    if (recorded instanceof Promise) await recorded;
    state.outcome(entry.callId, { kind: 'answered', bytes: 1000 });
  }
  return Number(process.hrtime.bigint() - start) / count / 1000;
}

async function measure(durability: Durability, bytes: number, count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'toolwarden-bench-'));
  const state = openSqliteState({ folder: join(folder, 's'), durability });
  await oneRound(state, count, bytes);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    times.push(await oneRound(state, count, bytes));
    // Timers get their turn, as they do between real calls.
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  await state.close();
  rmSync(folder, { recursive: true });
  times.sort((a, b) => a - b);
  const [best, p50] = [times[0], times[ROUNDS >> 1]].map((each) => each?.toFixed(1));
  process.stdout.write(
    `${durability.padEnd(8)} ${String(bytes).padStart(6)} B arguments: best ${best} µs, median ${p50} µs a call (decision + outcome, 2 limits)\n`,
  );
}

process.stdout.write(`${process.version}, ${ROUNDS} rounds\n`);
for (const bytes of [100, 20_000]) await measure('process', bytes, 2000);
await measure('power', 100, 100);

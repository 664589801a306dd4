// A gateway for the HTTP bench. Arguments: its folder (with gateway.json), then where its state lies: `none` for memory
// alone, which no user can choose, `sqlite`, or the address of a Redis. Prints its address and the token of a grant.
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { State } from '../src/state/state.ts';

// Before anything else is loaded, as the command has it.
setFlagsFromString('--semi-space-growth-factor=1');
const { startGateway } = await import('../src/http/run-gateway.ts');
const { createMemoryState } = await import('../src/state/memory-state.ts');
const { openSqliteState } = await import('../src/state/sqlite-state.ts');

const [folder = '', kind = 'sqlite'] = process.argv.slice(2);
const grant = { label: 'bench', servers: ['echo'], policy: 'bench' };
let token = 'a-token-that-is-only-for-the-bench';

async function openState(): Promise<State> {
  const lies = { folder: join(folder, 'state') };
  if (kind === 'none') return withoutMemory(new Map([[token, { id: 'g', ...grant }]]));
  if (kind === 'sqlite') {
    const state = openSqliteState(lies);
    ({ token } = state.grants.create(grant));
    return state;
  }
  const { openRedisState } = await import('../src/state/redis/redis-state.ts');
  const state = await openRedisState({ ...lies, redis: { url: kind } });
  ({ token } = await state.grants.create(grant));
  return state;
}

/** Judges, and forgets every decision at once: what the path through the gateway costs by itself. */
function withoutMemory(grants: Map<string, { id: string } & typeof grant>): State {
  const { approvals: _, ...state } = createMemoryState({ grants });
  return {
    ...state,
    record: (entry, judge) => ({
      decision: judge({ at: entry.at, counters: { used: () => 0 }, isApproved: false }),
    }),
    outcome: () => {},
    note: () => {},
  };
}

const gateway = await startGateway({
  config: join(folder, 'gateway.json'),
  isObserving: false,
  openState,
  stateOption: () => '',
  env: process.env,
  log: (line) => process.stderr.write(`${line}\n`),
});
process.stdout.write(`${gateway.url} ${token}\n`);
process.on('SIGTERM', () => void gateway.stop().then(() => process.exit(0)));

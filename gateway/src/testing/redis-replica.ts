// One of several gateways that share a Redis, as far as its state goes, for tests: calls a tool with a limit, so many at
// once, and writes down each call that is sent on, as the server behind it would. Prints a line of JSON a call.
import { appendFileSync, writeSync } from 'node:fs';
import { compilePolicy, decide } from '@toolwarden/policy';
import { GatewayError } from '../gateway-error.ts';
import { openRedisState } from '../state/redis/redis-state.ts';

/** What the program is told, as JSON in its first argument. */
export type ReplicaOptions = {
  url: string;
  folder: string;
  /** Where calls that are sent on are written down. */
  log: string;
  name: string;
  max: number;
  window: string;
  atOnce: number;
  calls: number;
  /** How far this machine's clock is off. */
  skewMs?: number;
  deadlineMs?: number;
  replicas?: number;
};

const options = JSON.parse(process.argv[2] ?? '{}') as ReplicaOptions;
const { url, folder, log, name, max, window, atOnce, calls, skewMs = 0, replicas = 0 } = options;
const policy = await compilePolicy({
  version: '1',
  default: 'deny',
  tools: { touch: { limits: [{ max, window }] } },
});
const redis = { url, deadlineMs: options.deadlineMs ?? 2000, replicas };
const state = await openRedisState({ folder, redis });
let begun = 0;
const client = async () => {
  while (begun < calls) {
    const callId = `${name}-${++begun}`;
    const call = { server: 's', tool: 'touch', grant: 'local', arguments: {} };
    const at = Date.now() + skewMs;
    try {
      const recorded = await state.record(
        { ...call, callId, method: 'tools/call', at, argumentsText: '{}', isObserved: false },
        (facts) => decide(policy, call, facts),
      );
      if (recorded.decision.effect !== 'allow') {
        writeSync(1, 'refused\n');
        continue;
      }
      appendFileSync(log, `${JSON.stringify({ callId, at: Date.now() })}\n`);
      state.outcome(callId, { kind: 'answered', bytes: 1 });
      writeSync(1, 'sent\n');
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      writeSync(1, `failed ${error.message}\n`);
    }
  }
};
await Promise.all(Array.from({ length: atOnce }, client));
await state.close();

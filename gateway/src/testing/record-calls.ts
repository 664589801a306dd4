// A process that records calls until it is ended, for tests: one line a call, `sent ID` or `refused CODE`.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError } from '../gateway-error.ts';
import { openSqliteState } from '../state/sqlite-state.ts';

const [folder = '', prefix = 'call', pauseMs = '1', most = 'Infinity'] = process.argv.slice(2);
// Its durability is what the folder's settings say.
const state = openSqliteState({ folder });
let isEnding = false;
process.on('SIGTERM', () => {
  isEnding = true;
});
for (let call = 1; !isEnding && call <= Number(most); call++) {
  const callId = `${prefix}-${call}`;
  try {
    const at = Date.now();
    await state.record(
      {
        ...{ callId, method: 'tools/call', server: 's', tool: 't', grant: 'local', at },
        ...{ arguments: {}, argumentsText: '{}', isObserved: false },
      },
      () => ({
        ...{ effect: 'allow', rules: ['/default'], reason: 'allowed' },
        counters: [{ key: 'k', charged: 1, used: call, max: 1e9, windowMs: 86_400_000 }],
        policyDigest: `sha256:${'0'.repeat(64)}`,
      }),
    );
    writeSync(1, `sent ${callId}\n`);
    state.outcome(callId, { kind: 'answered', bytes: 1 });
  } catch (error) {
    writeSync(1, `refused ${error instanceof GatewayError ? error.code : error}\n`);
    await sleep(50);
  }
  await sleep(Number(pauseMs));
}
await state.close();

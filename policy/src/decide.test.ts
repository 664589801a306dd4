import { expect, test } from 'vitest';
import { loadCases } from '../cases/load-cases.ts';
import { compilePolicy } from './compile.ts';
import { createRunner, type RecordedCall } from './run-calls.ts';

test.for(loadCases())('$name', async ({ policy, calls }) => {
  const run = createRunner(await compilePolicy(policy));
  for (const { expect: expected, at = 0, ...call } of calls) {
    const decision = run({ server: 's', ...call, at: new Date(at).getTime() } as RecordedCall);
    expect({ call, ...decision }).toMatchObject({ call, ...expected });
    expect(decision.rules).toEqual(decision.rules.toSorted());
  }
});

import { expect, test } from 'vitest';
import { counted, newFigures } from '../http/figures.ts';
import { createMemoryState } from '../state/memory-state.ts';
import { entry, judgeOf } from '../testing/judged-calls.ts';
import { gatewayMetrics } from './metrics.ts';

test('what a staged policy says is counted beside what was decided', async () => {
  const figures = newFigures();
  const state = counted(createMemoryState(), figures);
  const shadow = { policy: `sha256:${'0'.repeat(64)}`, effect: 'deny', rules: [] } as const;
  for (const tool of ['read', 'read', 'none']) {
    const call = entry(tool);
    state.record(call, (facts) => ({ ...judgeOf(call)(facts), shadow }));
  }
  const plain = entry('read');
  state.record(plain, judgeOf(plain));
  const text = await gatewayMetrics(figures, () => ({ inFlight: 0, sessions: 0 }))();
  const lines = text.split('\n').filter((line) => line.startsWith('toolwarden_shadow_decisions'));
  expect(lines.sort()).toEqual([
    'toolwarden_shadow_decisions_total{server="s",effect="allow",shadow="deny"} 2',
    'toolwarden_shadow_decisions_total{server="s",effect="deny",shadow="deny"} 1',
  ]);
});

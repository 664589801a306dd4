import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSqliteState } from '../state/sqlite-state.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { startWrapped } from '../testing/wrapped.ts';

const policy = { version: '1', default: 'deny', tools: { act: { action: 'approve' } } };

/** Answers what waits, as a person does beside the gateway. */
function approve(folder: string): boolean {
  const state = openSqliteState({ folder: join(folder, 'state') });
  const waiting = state.approvals.list().find(({ status }) => status === 'pending');
  const isDone = state.approvals.answer(waiting?.id ?? '', 'approved', 'ann');
  state.close();
  return isDone;
}

test('P19: killed after a person’s yes and again after its use, the gateway sends the call once', async () => {
  const folder = temporaryFolder();
  // The server takes the call and says nothing, so that it is under way when the gateway dies.
  const start = () => startWrapped(folder, 'const onCall = () => {};', { policy });
  const first = start();
  expect(JSON.stringify(await first.call({ n: 1 }))).toContain('Needs approval');
  expect(approve(folder)).toBe(true);
  first.wrap.kill('SIGKILL');
  await first.exited;
  const second = start();
  void second.call({ n: 1 });
  await expect.poll(second.reached, { timeout: 100_000 }).toEqual([{ n: 1 }]);
  second.wrap.kill('SIGKILL');
  await second.exited;
  const third = start();
  expect(JSON.stringify(await third.call({ n: 1 }))).toContain('Needs approval');
  expect(third.reached()).toEqual([{ n: 1 }]);
  third.wrap.stdin.end();
  await third.exited;
});

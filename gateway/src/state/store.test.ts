import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { GatewayError } from '../gateway-error.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { stateFiles } from './open-database.ts';
import { openStore } from './store.ts';

test('P16, I4: while nobody can tell whether a store that was written to is whole, it is not used', async () => {
  const folder = join(temporaryFolder(), 's');
  let looks = 0;
  let canTell = false;
  const store = openStore(folder, 'process', {
    onReopened: () => undefined,
    isWhole() {
      looks++;
      if (canTell) return true;
      throw new GatewayError('state-unavailable', 'it cannot be read now');
    },
  });
  onTestFinished(() => store.close());
  const use = () => store.read(({ records }) => records.lastId());
  expect(use()).toBe(0);
  utimesSync(stateFiles(folder).database, 1, 1);
  // The files are looked at every few milliseconds, and then at each use until the answer is there.
  await expect.poll(() => attempt(use)).toBe('it cannot be read now');
  for (let n = 0; n < 3; n++) expect(attempt(use)).toBe('it cannot be read now');
  expect(looks).toBe(4);
  canTell = true;
  expect(use()).toBe(0);
  expect(looks).toBe(5);
});

function attempt(use: () => number): string {
  try {
    return `read ${use()}`;
  } catch (error) {
    return (error as Error).message;
  }
}

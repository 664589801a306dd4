import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { appendWhole } from './append-whole.ts';

test('U1: of a line that does not fit on the disk any more nothing stays, and the next one is whole', () => {
  const path = join(temporaryFolder(), 'lines');
  const from = pathToFileURL(join(import.meta.dirname, 'append-whole.ts')).href;
  // A limit on the size of files stops a write in its middle, as a full disk does.
  const script = `
    const { appendWhole } = await import(${JSON.stringify(from)});
    for (let n = 0; ; n++) appendWhole(${JSON.stringify(path)}, 'x'.repeat(700) + '\\n');`;
  const limited = ['-c', 'ulimit -S -f 4; exec "$@"', 'sh', process.execPath];
  const { status } = spawnSync('sh', [...limited, '--input-type=module', '-e', script]);
  expect(status).not.toBe(0);
  appendWhole(path, 'after\n');
  const lines = readFileSync(path, 'utf8').split('\n');
  expect(lines.slice(-2)).toEqual(['after', '']);
  expect(lines.length).toBeGreaterThan(3);
  expect(new Set(lines.slice(0, -2))).toEqual(new Set(['x'.repeat(700)]));
});

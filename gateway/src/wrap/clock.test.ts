// P15 with the clock of the whole machine as the gateway sees it: libfaketime moves it while the gateway runs.
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { testNeeding } from '../testing/needs.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { startWrapped } from '../testing/wrapped.ts';

const test = await testNeeding('faketime');

const SERVER = 'function onCall(id) { answer(id); }';
const policy = {
  version: '1',
  default: 'deny',
  tools: { act: { limits: [{ max: 2, window: 'hour' }] } },
};

/** Where Debian's package `faketime` puts its library, whatever the machine. */
function fakeTimeLibrary(): string {
  const base = '/usr/lib';
  const folder = readdirSync(base).find((name) => /-linux-gnu/.test(name)) ?? '';
  return join(base, folder, 'faketime', 'libfaketime.so.1');
}

test.for([
  ['the wall clock alone', '1'],
  ['both clocks', '0'],
] as const)(
  'P15: %s jumps: forward empties a window once, back refills nothing, over restarts',
  async ([, keepMonotonic]) => {
    const folder = temporaryFolder();
    const now = join(folder, 'now');
    // The library reads the file at every look at a clock: it must never find half of it.
    const setClock = (shift: string) => {
      writeFileSync(`${now}.next`, `${shift}\n`);
      renameSync(`${now}.next`, now);
    };
    const start = () =>
      startWrapped(folder, SERVER, {
        policy,
        options: ['--timeout', '300s'],
        env: {
          LD_PRELOAD: fakeTimeLibrary(),
          FAKETIME_TIMESTAMP_FILE: now,
          FAKETIME_NO_CACHE: '1',
          FAKETIME_DONT_FAKE_MONOTONIC: keepMonotonic,
        },
      });
    setClock('+0');
    let wrap = start();
    /** How many of three calls pass. */
    const passed = async () => {
      const answers = [];
      for (let n = 0; n < 3; n++) answers.push(await wrap.call({ n }));
      return answers.filter((answer) => {
        const result = answer?.['result'] as { isError?: boolean } | undefined;
        return result !== undefined && result.isError !== true;
      }).length;
    };
    expect(await passed()).toBe(2);
    setClock('-1h');
    expect(await passed()).toBe(0);
    setClock('-3650d');
    expect(await passed()).toBe(0);
    setClock('+61m');
    expect(await passed()).toBe(2);
    setClock('+0');
    expect(await passed()).toBe(0);
    wrap.wrap.stdin.end();
    await wrap.exited;
    wrap = start();
    expect(await passed()).toBe(0);
    setClock('+3650d');
    expect(await passed()).toBe(2);
    setClock('+3649d');
    expect(await passed()).toBe(0);
  },
);

import { isReproduced, type Replay as ReplayRecord } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { CliError } from '../command.ts';
import type { Io } from '../io.ts';
import { resolvePath } from '../paths.ts';
import { plainText } from '../plain-text.ts';

/** `attacks run`: every scenario against the gateway, without and with its control. */
export async function runAttacks(
  ids: string[],
  {
    data = 'data',
    json = false,
    record = false,
  }: { data?: string; json?: boolean; record?: boolean },
  io: Io,
): Promise<number> {
  const { loadScenarios, runScenarios, stdioScenarios } = await import(
    '@toolwarden/attacks/replay'
  );
  const store = openStore(resolvePath(io, data));
  const entries = new Map(
    (await store.readAttacks()).items.map(({ attack }) => [attack.id, attack]),
  );
  const all = await loadScenarios();
  const unknown = ids.find((id) => !all.some((scenario) => scenario.id === id));
  if (unknown !== undefined) {
    const known = all.map(({ id }) => id).join(', ');
    throw new CliError(
      'input',
      `attacks run: no scenario ${plainText(unknown)}; there are ${known}`,
    );
  }
  const chosen = ids.length === 0 ? all : all.filter(({ id }) => ids.includes(id));
  const lost = chosen.find(({ id }) => !entries.has(id));
  if (lost !== undefined)
    throw new CliError('input', `attacks run: no entry ${lost.id} in ${data}; give --data`);
  const byId = new Map(chosen.map((scenario) => [scenario.id, scenario]));
  const started = Date.now();
  const records: ReplayRecord[] = [];
  let failed = 0;
  await runScenarios(chosen, entries, {
    command: [process.execPath, process.argv[1] ?? ''],
    overStdio: stdioScenarios(all),
    onReplay: ({ id, runs, stdio, policy, problem }) => {
      const scenario = byId.get(id);
      const { without, with: kept, benign, passes } = runs;
      if (problem !== undefined) failed++;
      if (json) io.out(JSON.stringify({ id, problem, runs }));
      else
        io.out(
          `${problem === undefined ? 'stopped' : 'FAILED '}  ${id}${problem ? `: ${problem}` : ''}`,
        );
      if (scenario === undefined || !without || !kept || !benign) return;
      const { family, story, against, controls } = scenario;
      const still = passes && { passes: { ...passes, what: scenario.passes?.what ?? '' } };
      records.push({
        ...{ id, family, story, against, controls: [...controls] },
        ...{
          policy: policy as ReplayRecord['policy'],
          runs: { without, with: kept, benign, ...still },
          ...(stdio && { stdio }),
        },
      });
    },
  });
  const durationMs = Date.now() - started;
  const stopped = records.filter(isReproduced).length;
  if (!json) io.err(`${stopped} of ${chosen.length} stopped in ${Math.round(durationMs / 1000)} s`);
  if (record) {
    for (const each of records) await store.writeReplay(each);
    const versions = { node: process.versions.node };
    const at = new Date(started).toISOString();
    if (ids.length === 0) await store.writeReplayRun({ at, durationMs, versions, stopped, failed });
  }
  return failed > 0 ? 1 : 0;
}

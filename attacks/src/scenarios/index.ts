import { basename } from 'node:path';
import glob from 'fast-glob';
import type { Scenario } from '../replay/scenario.ts';

/** All scenarios, each in a file of its own named after its entry; sorted by id. */
export async function loadScenarios(): Promise<Scenario[]> {
  const files = await glob('*.ts', {
    cwd: import.meta.dirname,
    ignore: ['index.ts', '*.test.ts'],
    absolute: true,
  });
  const loaded = await Promise.all(
    files.sort().map(async (file) => {
      const { default: scenario } = (await import(file)) as { default: Scenario };
      if (scenario.id !== basename(file, '.ts'))
        throw new Error(`${file}: its id is ${scenario.id}`);
      return scenario;
    }),
  );
  return loaded;
}

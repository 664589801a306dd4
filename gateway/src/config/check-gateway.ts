import { loadPolicy } from '../policy/load-policy.ts';
import { readToolClasses } from '../tools/tool-classes.ts';
import { type ConfigProblem, readConfig } from './load-config.ts';

/** Everything that would keep a gateway from starting with this configuration, as far as files say. */
export async function checkGateway(path: string, env: NodeJS.ProcessEnv): Promise<ConfigProblem[]> {
  const read = await readConfig(path, env);
  if (!read.ok) return read.problems;
  const { policies, catalogue } = read.config;
  const checks: [pointer: string, work: () => Promise<unknown>][] = [
    ...Object.entries(policies).map(
      ([name, file]) =>
        [`/policies/${name}`, () => loadPolicy(file)] as [string, () => Promise<unknown>],
    ),
  ];
  if (catalogue !== undefined) checks.push(['/catalogue', () => readToolClasses(catalogue)]);
  const problems: ConfigProblem[] = [];
  for (const [pointer, work] of checks) {
    try {
      await work();
    } catch (error) {
      problems.push({ pointer, message: (error as Error).message });
    }
  }
  return problems;
}

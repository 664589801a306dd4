import { loadPolicy } from '../policy/load-policy.ts';
import { readToolClasses } from '../tools/tool-classes.ts';
import { type ConfigProblem, readConfig } from './load-config.ts';

/** Everything that would keep a gateway from starting with this configuration, as far as files say. */
export async function checkGateway(path: string, env: NodeJS.ProcessEnv): Promise<ConfigProblem[]> {
  const read = await readConfig(path, env);
  if (!read.ok) return read.problems;
  const { policies, shadow, catalogue } = read.config;
  const checks: Check[] = [
    ...policyChecks('/policies', policies),
    ...policyChecks('/shadow/policies', shadow?.policies),
    ...policyChecks('/shadow/grants', shadow?.grants),
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

type Check = [pointer: string, work: () => Promise<unknown>];

function policyChecks(pointer: string, files: Readonly<Record<string, string>> = {}): Check[] {
  return Object.entries(files).map(([name, file]) => [
    `${pointer}/${name}`,
    () => loadPolicy(file),
  ]);
}

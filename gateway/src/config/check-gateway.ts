import { createWebhook } from '../approvals/webhook.ts';
import { readLock } from '../pins/lock-file.ts';
import { needsLock } from '../pins/pin-board.ts';
import { type LoadedPolicy, loadPolicy } from '../policy/load-policy.ts';
import { readToolClasses } from '../tools/tool-classes.ts';
import type { JwtConfig } from './gateway-config.ts';
import { type ConfigProblem, readConfig } from './load-config.ts';

/** Everything that would keep a gateway from starting with this configuration, as far as files say. */
export async function checkGateway(path: string, env: NodeJS.ProcessEnv): Promise<ConfigProblem[]> {
  const read = await readConfig(path, env);
  if (!read.ok) return read.problems;
  const { policies, shadow, catalogue, lock, approvals, auth } = read.config;
  const admit = lock === undefined ? needsLock : undefined;
  const checks: Check[] = [
    ...policyChecks('/policies', policies, admit),
    ...policyChecks('/shadow/policies', shadow?.policies),
    ...policyChecks('/shadow/grants', shadow?.grants),
  ];
  if (catalogue !== undefined) checks.push(['/catalogue', () => readToolClasses(catalogue)]);
  if (lock !== undefined) checks.push(['/lock', () => readLock(lock)]);
  const { webhook } = approvals;
  if (webhook !== undefined) {
    checks.push(['/approvals/webhook', () => createWebhook({ ...webhook, onLost }).close()]);
  }
  if (auth?.jwt.jwks !== undefined) checks.push(['/auth/jwt/jwks', () => readKeys(auth.jwt)]);
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

function policyChecks(
  pointer: string,
  files: Readonly<Record<string, string>> = {},
  admit: (policy: LoadedPolicy) => void = () => {},
): Check[] {
  return Object.entries(files).map(([name, file]) => [
    `${pointer}/${name}`,
    async () => admit(await loadPolicy(file)),
  ]);
}

const onLost = () => {};

async function readKeys(jwt: JwtConfig) {
  const { keysOf } = await import('../http/identify-by-jwt.ts');
  return keysOf(jwt, Date.now);
}

import { compilePolicy, decide } from '@toolwarden/policy';
import type { PolicyPanel } from './lib/policy-panels.ts';

/** No server can list this: a name is never so long. */
const UNNAMED = 'x'.repeat(300);

/**
 * Decides a call under each policy of a page, by the engine of the gateway: what the page says of it, that it denies every
 * other tool, must be so. Gives what is not.
 */
export async function decidePolicies(
  policies: readonly PolicyPanel[],
  server: string,
): Promise<string[]> {
  const faults: string[] = [];
  for (const { profile, text } of policies) {
    const call = { server, tool: UNNAMED, arguments: {} };
    const { effect } = decide(await compilePolicy(JSON.parse(text)), call, { at: 0 });
    if (effect !== 'deny') faults.push(`policy ${profile}: a tool it does not name gets ${effect}`);
  }
  return faults;
}

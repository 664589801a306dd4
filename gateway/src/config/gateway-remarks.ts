import { isReadableServer } from '../join/joined-name.ts';
import type { Lock } from '../pins/lock.ts';
import { readLock } from '../pins/lock-file.ts';
import { type LoadedPolicy, loadPolicy } from '../policy/load-policy.ts';
import { type ConfigProblem, type LoadedConfig, readConfig } from './load-config.ts';

/** What is right in a configuration and still worth saying. */
export async function gatewayRemarks(
  path: string,
  env: NodeJS.ProcessEnv,
): Promise<ConfigProblem[]> {
  const read = await readConfig(path, env);
  if (!read.ok) return [];
  const { config } = read;
  const lock = config.lock === undefined ? undefined : await orNothing(readLock(config.lock));
  const loaded: [name: string, policy: LoadedPolicy][] = [];
  for (const [name, file] of Object.entries(config.policies)) {
    const policy = await orNothing(loadPolicy(file));
    if (policy !== undefined) loaded.push([name, policy]);
  }
  return [
    ...unreadableNames(config),
    ...unaccepted(config, lock, loaded),
    ...unclassified(config, lock, loaded),
  ];
}

function unreadableNames({ servers }: LoadedConfig): ConfigProblem[] {
  return Object.keys(servers)
    .filter((name) => !isReadableServer(name))
    .map((name) => ({
      pointer: `/servers/${name}`,
      message:
        'at /mcp its tools get names by digest; a shorter name of letters, digits, - and single _ would show',
    }));
}

/** Servers whose tools are all withheld by a policy that holds them to a lock file where they are not. */
function unaccepted(
  { servers }: LoadedConfig,
  lock: Lock | undefined,
  policies: readonly [string, LoadedPolicy][],
): ConfigProblem[] {
  if (lock === undefined) return [];
  const holds = policies.filter(([, { document }]) => document.pinning === 'enforce');
  if (holds.length === 0) return [];
  const names = holds.map(([name]) => name).join(', ');
  return Object.keys(servers)
    .filter((server) => !Object.hasOwn(lock.servers, server))
    .map((server) => ({
      pointer: `/servers/${server}`,
      message: `nothing of it is accepted in the lock file, so it has no tools under ${names}; toolwarden pins accept --config FILE --server ${server}`,
    }));
}

/** Policies that go by what tools are, where nothing says that of any tool of a server. */
function unclassified(
  { servers, catalogue }: LoadedConfig,
  lock: Lock | undefined,
  policies: readonly [string, LoadedPolicy][],
): ConfigProblem[] {
  if (catalogue !== undefined) return [];
  const unknown = Object.keys(servers).filter((server) => {
    const pins = lock && Object.hasOwn(lock.servers, server) ? lock.servers[server] : undefined;
    return !Object.values(pins?.tools ?? {}).some((tool) => tool.class !== undefined);
  });
  if (unknown.length === 0) return [];
  return policies.flatMap(([name, { document }]) => {
    const parts = (['classes', 'flows'] as const).filter((part) => document[part] !== undefined);
    if (parts.length === 0) return [];
    const message = `${parts.join(' and ')} go by what tools are, and nothing says that of those of ${unknown.join(', ')}: they count as everything, unless a rule gives them "marks"; name a "catalogue", or toolwarden pins accept --catalogue DATA`;
    return [{ pointer: `/policies/${name}`, message }];
  });
}

/** What cannot be read is a problem of the check, and no matter of remarks. */
async function orNothing<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch {
    return undefined;
  }
}

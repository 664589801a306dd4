import { isDeepStrictEqual } from 'node:util';
import { type LoadedConfig, loadConfig } from '../config/load-config.ts';
import { openPolicyShelf, type PolicyShelf } from '../config/policy-shelf.ts';
import { fileIdentity } from '../policy/watch-policy.ts';
import { readToolClasses } from '../tools/tool-classes.ts';
import { prepareServers, type Server, type Setup } from './world.ts';

/** What a setup is made with. */
export type SetupMaker = {
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
  note: (kind: 'policy-loaded' | 'policy-rejected', detail: Record<string, string>) => void;
};

/** Makes all of a configuration ready, or nothing. @throws GatewayError for the first thing that is wrong. */
export async function makeSetup(
  config: LoadedConfig,
  { log, note }: SetupMaker,
  before?: Setup,
): Promise<Setup> {
  const policies = await openPolicyShelf(config.policies, (policy, event) => {
    if (event.kind === 'rejected') {
      log(`${event.error.message}; the policy ${policy} before it stays in force`);
      note('policy-rejected', { policy, why: event.error.message });
    } else {
      log(`policy ${policy} loaded again: ${event.policy.digest}`);
      note('policy-loaded', { policy, digest: event.policy.digest });
    }
  });
  try {
    const isSame = before !== undefined && before.config.catalogue === config.catalogue;
    const classOf = isSame
      ? before.classOf
      : config.catalogue && (await readToolClasses(config.catalogue));
    const servers: Map<string, Server> = prepareServers(config.servers, before?.servers);
    return { config, servers, policies, classOf: classOf || undefined };
  } catch (error) {
    policies.close();
    throw error;
  }
}

/** Parts that are taken up only at a start. */
const FIXED = ['listen', 'admin', 'state', 'audit', 'grants'] as const;

/** A configuration that follows its file. */
export type ConfigWatch = {
  /** Whether the file is what is in force. */
  readonly isGood: boolean;
  /** Reads the file now, whether it changed or not. */
  reload(): Promise<void>;
  close(): void;
};

const TICK_MS = 1_000;

/** Follows a configuration: a change is taken up whole, and one that is broken changes nothing. */
export function followConfig(
  path: string,
  maker: SetupMaker,
  { current, replace }: { current: () => Setup; replace: (next: Setup) => void },
): ConfigWatch {
  let seen = fileIdentity(path);
  let isGood = true;
  let isReading = false;
  const reload = async () => {
    if (isReading) return;
    isReading = true;
    const now = fileIdentity(path);
    try {
      const config = await loadConfig(path, maker.env);
      const next = await makeSetup(config, maker, current());
      // Written again while it was read: the next tick reads it whole.
      if (fileIdentity(path) !== now) return next.policies.close();
      seen = now;
      isGood = true;
      takeUp(next);
    } catch (error) {
      seen = now;
      isGood = false;
      maker.log(`${(error as Error).message}; the configuration before it stays in force`);
      maker.note('policy-rejected', { config: path, why: (error as Error).message });
    } finally {
      isReading = false;
    }
  };
  const takeUp = (next: Setup) => {
    const { config: before, policies }: { config: LoadedConfig; policies: PolicyShelf } = current();
    const later = FIXED.filter((part) => !isDeepStrictEqual(before[part], next.config[part]));
    replace(next);
    policies.close();
    maker.log(
      later.length === 0
        ? 'configuration loaded again'
        : `configuration loaded again; ${later.join(', ')} changes at the next start`,
    );
    maker.note('policy-loaded', { config: path });
  };
  const timer = setInterval(() => {
    if (fileIdentity(path) !== seen) void reload();
  }, TICK_MS);
  timer.unref();
  return {
    get isGood() {
      return isGood;
    },
    reload,
    close: () => clearInterval(timer),
  };
}

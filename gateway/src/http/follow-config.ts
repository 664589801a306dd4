import { isDeepStrictEqual } from 'node:util';
import { type LoadedConfig, loadConfig } from '../config/load-config.ts';
import { openPolicyShelf } from '../config/policy-shelf.ts';
import { watchFile } from '../policy/watch-file.ts';
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
  /** Looks at the file now instead of at the next tick. */
  check(): Promise<void>;
  close(): void;
};

/** Follows a configuration: a change is taken up whole, and one that is broken changes nothing. */
export async function followConfig(
  path: string,
  maker: SetupMaker,
  { current, replace }: { current: () => Setup; replace: (next: Setup) => void },
): Promise<ConfigWatch> {
  let isGood = true;
  const reject = (error: Error) => {
    isGood = false;
    maker.log(`${error.message}; the configuration before it stays in force`);
    maker.note('policy-rejected', { config: path, why: error.message });
  };
  const takeUp = async (config: LoadedConfig) => {
    const before = current();
    const next = await makeSetup(config, maker, before);
    const later = FIXED.filter((part) => !isDeepStrictEqual(before.config[part], config[part]));
    isGood = true;
    replace(next);
    before.policies.close();
    const rest = later.length === 0 ? '' : `; ${later.join(', ')} changes at the next start`;
    maker.log(`configuration loaded again${rest}`);
    maker.note('policy-loaded', { config: path });
  };
  // One after the other, so that an older version never takes the place of a newer one.
  let last = Promise.resolve();
  const watch = await watchFile(
    path,
    // What was broken and is as it was before has to be taken up too.
    { load: (file) => loadConfig(file, maker.env), isSame: () => false },
    (event) => {
      if (event.kind === 'rejected') reject(event.error);
      else last = last.then(() => takeUp(event.value)).catch(reject);
    },
  );
  return {
    get isGood() {
      return isGood;
    },
    async check() {
      await watch.check();
      await last;
    },
    close: () => watch.close(),
  };
}

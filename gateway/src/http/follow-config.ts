import { isDeepStrictEqual } from 'node:util';
import { type LoadedConfig, loadConfig } from '../config/load-config.ts';
import { openPolicyShelf } from '../config/policy-shelf.ts';
import { needsLock, type PinBoard, pinEventNote } from '../pins/pin-board.ts';
import type { Pins } from '../pins/pins.ts';
import { openShadowShelf, type ShadowShelf } from '../policy/shadow-shelf.ts';
import { watchFile } from '../policy/watch-file.ts';
import type { PolicyEvent } from '../policy/watch-policy.ts';
import { readToolClasses } from '../tools/tool-classes.ts';
import { prepareServers, type Server, type Setup, type World } from './world.ts';

/** What a setup is made with. */
export type SetupMaker = {
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
  note: World['note'];
};

/** Makes all of a configuration ready, or nothing. @throws GatewayError for the first thing that is wrong. */
export async function makeSetup(
  config: LoadedConfig,
  { log, note }: SetupMaker,
  before?: Setup,
): Promise<Setup> {
  const hear = (policy: string, event: PolicyEvent) => {
    if (event.kind === 'rejected') {
      log(`${event.error.message}; the policy ${policy} before it stays in force`);
      note('policy-rejected', { policy, why: event.error.message });
    } else {
      log(`policy ${policy} loaded again: ${event.policy.digest}`);
      note('policy-loaded', { policy, digest: event.policy.digest });
    }
  };
  const isSameLock = before !== undefined && before.config.lock === config.lock;
  const board = isSameLock
    ? before.board
    : config.lock === undefined
      ? undefined
      : await followLock(config.lock, { log, note });
  const admit = board ? undefined : needsLock;
  const policies = await openPolicyShelf(config.policies, hear, admit);
  let shadows: ShadowShelf | undefined;
  try {
    if (config.shadow !== undefined)
      shadows = await stagedPolicies(config, { log, note }, { admit, before: before?.shadows });
    const isSame = before !== undefined && before.config.catalogue === config.catalogue;
    const classOf = isSame
      ? before.classOf
      : config.catalogue && (await readToolClasses(config.catalogue));
    const pinsOf = (server: string) => board && pinsFor(server, board, { log, note });
    const kept = isSameLock ? before.servers : undefined;
    const servers: Map<string, Server> = prepareServers(config.servers, pinsOf, kept);
    return { config, servers, policies, shadows, board, classOf: classOf || undefined };
  } catch (error) {
    policies.close();
    shadows?.close();
    throw error;
  }
}

type Tellers = Pick<SetupMaker, 'log' | 'note'>;

async function stagedPolicies(
  { shadow = {}, policies }: LoadedConfig,
  { log, note }: Tellers,
  more: Pick<Parameters<typeof openShadowShelf>[0], 'admit' | 'before'>,
): Promise<ShadowShelf> {
  const tell = (beside: string, event: PolicyEvent) => {
    if (event.kind === 'rejected') {
      log(`${event.error.message}; what was staged beside ${beside} before it stays`);
      note('policy-rejected', { stagedBeside: beside, why: event.error.message });
    } else {
      log(`staged beside ${beside}: ${event.policy.digest}`);
      note('policy-loaded', { stagedBeside: beside, digest: event.policy.digest });
    }
  };
  return openShadowShelf({ files: shadow, policies, tell, ...more });
}

async function followLock(path: string, { log, note }: Tellers): Promise<PinBoard> {
  const { openPins } = await import('../pins/open-pins.ts');
  return openPins(path, (event) => {
    if (event.kind === 'loaded') {
      log('lock file loaded again');
      note('lock-loaded', {});
    } else {
      log(`${event.error.message}; the lock file before it stays in force`);
      note('lock-rejected', { why: event.error.message });
    }
  });
}

function pinsFor(server: string, board: PinBoard, { log, note }: Tellers): Pins {
  if (!board.knows(server)) {
    log(`the lock file has nothing of ${JSON.stringify(server)}: nothing of it was ever accepted`);
  }
  return board.forServer(server, (event) => {
    const { detail, lines } = pinEventNote(event);
    for (const line of lines) log(`${server}: ${line}`);
    note('pin-mismatch', detail, server);
  });
}

/** Parts that are taken up only at a start. */
const FIXED = [
  ...(['listen', 'admin', 'state', 'audit', 'approvals', 'grants', 'auth', 'tracing'] as const),
];

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
    before.shadows?.close();
    if (next.board !== before.board) before.board?.close();
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

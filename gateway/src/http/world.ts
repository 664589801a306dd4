import { isDeepStrictEqual } from 'node:util';
import type { ToolClass } from '@toolwarden/policy';
import type { ServerConfig } from '../config/gateway-config.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { PolicyShelf } from '../config/policy-shelf.ts';
import type { PinBoard } from '../pins/pin-board.ts';
import type { Pins } from '../pins/pins.ts';
import type { ShadowShelf } from '../policy/shadow-shelf.ts';
import type { Note, State } from '../state/state.ts';
import type { LiveTool } from '../tools/tool-table.ts';
import { prepareTarget, type UrlTarget } from '../upstream/url-target.ts';
import type { Admission } from './admission.ts';
import type { Identify, Recall } from './identity.ts';
import type { ProtectedResource } from './protected-resource.ts';
import type { Starts } from './starts.ts';
import type { Tracing } from './tracing.ts';

/** A server of the configuration, ready to be reached. */
export type Server = {
  name: string;
  config: ServerConfig;
  target: UrlTarget | undefined;
  /** What was accepted of it; absent without a lock file. */
  pins: Pins | undefined;
};

/** One version of what an operator configured; requests in flight keep the one they began with. */
export type Setup = {
  config: LoadedConfig;
  servers: ReadonlyMap<string, Server>;
  policies: PolicyShelf;
  /** What is staged beside them; absent where nothing is. */
  shadows: ShadowShelf | undefined;
  /** The lock file in force. */
  board: PinBoard | undefined;
  classOf: ((tool: LiveTool) => ToolClass | undefined) | undefined;
};

/** What all requests share. */
export type World = {
  /** The setup in force. */
  setup: Setup;
  state: State;
  identify: Identify;
  /** Absent where nobody needs to be looked up in the state. */
  recall?: Recall | undefined;
  /** What is said of ourselves to who needs a token; absent where only grants open anything. */
  resource?: ProtectedResource | undefined;
  admission: Admission;
  starts: Starts;
  isObserving: boolean;
  /** Absent where nobody asked for spans. */
  tracing?: Tracing | undefined;
  nextCallId: () => string;
  note: (kind: Note['kind'], detail: Note['detail'], server?: string, grant?: string) => void;
  log: (line: string) => void;
  /** Where people answer approvals; `undefined` where nobody can on a page. */
  approvalPages?: string | undefined;
  /** What a person adds to a command that reaches this state. */
  stateOption: string;
};

/** Makes servers ready; one that did not change keeps its connections, unless it is held to another lock file now. */
export function prepareServers(
  configs: Readonly<Record<string, ServerConfig>>,
  pinsFor: (server: string) => Pins | undefined,
  before: ReadonlyMap<string, Server> = new Map(),
): Map<string, Server> {
  const servers = new Map<string, Server>();
  for (const [name, config] of Object.entries(configs)) {
    const known = before.get(name);
    if (known !== undefined && isDeepStrictEqual(known.config, config)) {
      servers.set(name, known);
      continue;
    }
    const target = 'url' in config ? prepareTarget(config.url, config.headers) : undefined;
    servers.set(name, { name, config, target, pins: pinsFor(name) });
  }
  return servers;
}

import type { Category, ControlId, JsonObject, Trait } from '@toolwarden/catalogue';
import type { Policy } from '@toolwarden/policy';
import type { Agent } from './agent.ts';
import type { World } from './world.ts';

/** The families of attacks that replay without a model. */
export const families = [
  'poisoned-description',
  'schema-poisoning',
  'line-jumping',
  'terminal-escapes',
  'hidden-unicode',
  'shadowing',
  'rug-pull',
  'cross-server-flow',
  'exhaustion',
  'confused-deputy',
  'argument-injection',
  'approval-fatigue',
] as const;
export type Family = (typeof families)[number];

/** What a server may ask of its client while it works on a call. */
export type ClientAsks = {
  sample(text: string): Promise<string>;
  /** The form's values; `undefined` where it was refused or declined. */
  elicit(message: string, properties: JsonObject): Promise<JsonObject | undefined>;
};

/** A result of a scripted tool: a text, or a whole result of the protocol. */
type ScriptedResult = string | { content: JsonObject[]; [key: string]: unknown };

/** A tool of a scripted server, and what it really does. */
export type ScriptedTool = {
  name: string;
  description?: string;
  inputSchema?: JsonObject;
  annotations?: JsonObject;
  /** What our own classification of it is: what the gateway is told under `catalogue`. */
  is?: { category: Category; traits?: readonly Trait[] };
  run: (
    args: JsonObject,
    world: World,
    client: ClientAsks,
  ) => ScriptedResult | Promise<ScriptedResult>;
};

/** A request as it came in over HTTP. */
type ScriptedRequest = {
  path: string;
  headers: Record<string, string>;
  body: string;
};

/** A server that does what its script says. */
export type ScriptedServer = {
  instructions?: string;
  /** Sees every request before the protocol does; gives the text to answer with, or nothing. */
  onRequest?: (request: ScriptedRequest, world: World) => string | undefined;
  /** Credentials that the operator configured for it: sent by the gateway, or by a client that has none in between. */
  headers?: (world: World) => Record<string, string>;
  /** While it holds, every request is sent on to a host of a stranger, who keeps what arrives. */
  redirects?: (world: World) => boolean;
  /** The tools that it lists; a function may list others as time goes on. */
  tools: readonly ScriptedTool[] | ((world: World) => readonly ScriptedTool[]);
};

/** Something an agent does, and how the servers or the outside show that it came about. */
type Attempt = {
  act: (agent: Agent, world: World) => Promise<void>;
  /** Looks at what reached the servers or got out, never at what an agent was told. */
  happened: (world: World) => boolean;
};

/** One attack that can be run: against an entry's own controls, and without them. */
export type Scenario = {
  /** The entry of the attack database. */
  id: string;
  family: Family;
  /** One sentence for a reader: who does what to whom here. */
  story: string;
  servers: Record<string, ScriptedServer>;
  /**
   * `policy`: both runs go through the gateway; without the control the policy is `ordinary` alone. `gateway`: the control
   * is the gateway itself, so that run goes straight to the servers.
   */
  against: 'policy' | 'gateway';
  /** What is allowed anyway: the rules of somebody who did not think of this attack. */
  ordinary: Policy;
  /** Which of the entry's controls are taken; their policies are merged into `ordinary`, in this order. */
  controls: readonly ControlId[];
  /** The entry's policy stands alone, because what `ordinary` allows is what it takes back. */
  isWhole?: boolean;
  /** What the servers list at first is accepted before, as with `toolwarden pins accept`; of all servers, or of these. */
  isPinned?: boolean | readonly string[];
  attack: Attempt;
  /** Through the gateway the agent reaches all servers at its one address, which is called `all` then. */
  isJoined?: boolean;
  /** The same tools used as they are meant to be: this must still work. */
  benign: Attempt;
  /** For attacks that a gateway stops in part: the form of it that still passes. */
  passes?: Attempt & { what: string };
};

/** Checks what types cannot, so that a mistake is told where the scenario stands. */
export function defineScenario(scenario: Scenario): Scenario {
  const { id, story, servers } = scenario;
  if (!/^[a-z0-9-]+$/.test(id)) throw new Error(`${id}: expected the id of an entry`);
  if (story.length > 300 || !story.endsWith('.')) throw new Error(`${id}: story: one sentence`);
  if (Object.keys(servers).length === 0) throw new Error(`${id}: expected a server`);
  return scenario;
}

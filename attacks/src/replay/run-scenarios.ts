import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attack, JsonObject, ReplayRun } from '@toolwarden/catalogue';
import type { Policy } from '@toolwarden/policy';
import { Agent, type Door } from './agent.ts';
import { type KnownServer, type ReplayGateway, startReplayGateway } from './replay-gateway.ts';
import type { Scenario } from './scenario.ts';
import { protectedPolicy } from './scenario-policy.ts';
import { definitionOf, listenForScripts, toolsOf } from './scripted-upstream.ts';
import { approverOf, wrapDoor } from './stdio-runs.ts';
import { World } from './world.ts';

/** The runs of a scenario: the attack without and with the control, the honest use, and what still passes. */
const runKinds = ['without', 'with', 'benign', 'passes'] as const;
type RunKind = (typeof runKinds)[number];

/** What a scenario came to; `problem` says in one line what is not as it should be. */
export type Replay = {
  id: string;
  runs: Partial<Record<RunKind, ReplayRun>>;
  policy: Policy;
  /** Whether what each run is about came about through `wrap`; absent where it was not tried so. */
  stdio?: Partial<Record<RunKind, boolean>>;
  problem?: string;
};

type Staged = { scenario: Scenario; kind: RunKind; world: World; doors: Record<string, Door> };

/** What should come of each run. */
const EXPECTED: Record<RunKind, boolean> = {
  without: true,
  with: false,
  benign: true,
  passes: true,
};
const WORDS: Record<RunKind, string> = {
  without: 'without the control no harm was done, so it proves nothing',
  with: 'the harm was done in spite of the control',
  benign: 'the control stops honest use too',
  passes: 'the form that is said to pass does not pass',
};
const RUN_MS = 120_000;
/** How a transcript ends whose script could not go on. */
const GIVES_UP = 'gives up: ';

/** Runs scenarios, each as often as it has runs, through one gateway process that all of them share. */
export async function runScenarios(
  scenarios: readonly Scenario[],
  attacks: ReadonlyMap<string, Attack>,
  options: {
    command: readonly string[];
    /** Scenarios that are run through `toolwarden wrap` as well. */
    overStdio?: readonly Scenario[];
    onReplay?: (replay: Replay) => void;
  },
): Promise<Replay[]> {
  const folder = mkdtempSync(join(tmpdir(), 'toolwarden-replay-'));
  const upstream = await listenForScripts();
  let gateway: ReplayGateway | undefined;
  try {
    const plans = scenarios.map((scenario) => {
      const attack = attacks.get(scenario.id);
      if (attack === undefined) throw new Error(`${scenario.id}: no such entry`);
      return { scenario, policy: protectedPolicy(scenario, attack) };
    });
    const servers: Record<string, KnownServer> = {};
    const staged = plans.flatMap(({ scenario }) =>
      kindsOf(scenario).map((kind) => stage(scenario, kind, upstream.add, servers)),
    );
    gateway = await startReplayGateway({
      ...{ command: options.command, folder, servers },
      pinned: staged.flatMap(({ scenario, kind, doors }) =>
        kind === 'without'
          ? []
          : Object.keys(doors).filter(isPinnedIn(scenario)).map(nameIn(scenario, kind)),
      ),
      policies: Object.fromEntries(
        plans.flatMap(({ scenario, policy }) => [
          [`${scenario.id}.without`, scenario.ordinary],
          [`${scenario.id}.with`, policy],
        ]),
      ),
      grants: staged.map(({ scenario, kind, doors }) => ({
        label: `${scenario.id}.${kind}`,
        servers: Object.keys(doors).map(nameIn(scenario, kind)),
        policy: `${scenario.id}.${kind === 'without' ? 'without' : 'with'}`,
      })),
    });
    const replays: Replay[] = [];
    for (const { scenario, policy } of plans) {
      const runs: Replay['runs'] = {};
      for (const each of staged.filter((one) => one.scenario === scenario)) {
        runs[each.kind] = await play(each, gateway);
      }
      const isOverStdio = options.overStdio?.includes(scenario) === true;
      const stdio = isOverStdio
        ? await playOverStdio(scenario, { add: upstream.add, command: options.command, folder })
        : undefined;
      const problem = problemOf(runs) ?? stdio?.failure;
      const replay = {
        ...{ id: scenario.id, runs, policy },
        ...(stdio && { stdio: stdio.happened }),
        ...(problem !== undefined && { problem }),
      };
      replays.push(replay);
      options.onReplay?.(replay);
    }
    return replays;
  } finally {
    await gateway?.stop();
    await upstream.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function kindsOf({ passes }: Scenario): RunKind[] {
  return runKinds.filter((kind) => kind !== 'passes' || passes !== undefined);
}

const prefixOf = (scenario: Scenario, kind: RunKind) => `${scenario.id.slice(0, 36)}-${kind}-`;

/** Names of the gateway's own must differ between runs, so that nothing of one is left for another. */
const nameIn = (scenario: Scenario, kind: RunKind) => (server: string) =>
  `${prefixOf(scenario, kind)}${server}`.slice(0, 64);

const isPinnedIn =
  ({ isPinned = false }: Scenario) =>
  (server: string) =>
    isPinned === true || (isPinned !== false && isPinned.includes(server));

function stage(
  scenario: Scenario,
  kind: RunKind,
  add: Awaited<ReturnType<typeof listenForScripts>>['add'],
  servers: Record<string, KnownServer>,
): Staged {
  const world = new World(`${scenario.id} ${kind}`);
  const doors: Record<string, Door> = {};
  for (const [server, script] of Object.entries(scenario.servers)) {
    const name = nameIn(scenario, kind)(server);
    const url = add(`/${name}`, { name: server, script, world });
    const headers = script.headers?.(world) ?? {};
    servers[name] = {
      ...{ url, headers, instructions: script.instructions },
      tools: toolsOf(script, new World('')).map((tool) => ({
        definition: definitionOf(tool),
        is:
          tool.is &&
          ({ category: tool.is.category, traits: [...(tool.is.traits ?? [])] } as JsonObject),
      })),
    };
    doors[server] = { url, headers };
  }
  return { scenario, kind, world, doors };
}

type StdioPlace = {
  add: Awaited<ReturnType<typeof listenForScripts>>['add'];
  command: readonly string[];
  folder: string;
};

/** The same runs, each server behind a `wrap` of its own and all of them on one state, as on a person's machine. */
async function playOverStdio(
  scenario: Scenario,
  { add, command, folder }: StdioPlace,
): Promise<{ happened: NonNullable<Replay['stdio']>; failure: string | undefined }> {
  const happened: NonNullable<Replay['stdio']> = {};
  let failure: string | undefined;
  for (const kind of kindsOf(scenario)) {
    const world = new World(`${scenario.id} ${kind} stdio`);
    const state = join(folder, `stdio-${scenario.id}-${kind}`);
    const policy = `${scenario.id}.${kind === 'without' ? 'without' : 'with'}`;
    const doors = Object.entries(scenario.servers).map(([server, script]): [string, Door] => {
      const name = nameIn(scenario, kind)(server);
      const url = add(`/stdio/${name}`, { name: server, script, world });
      return [server, wrapDoor({ command, folder, policy, state }, name, url)];
    });
    const agent = new Agent(Object.fromEntries(doors), approverOf(state));
    const attempt = attemptOf(scenario, kind);
    await withDeadline(attempt.act(agent, world)).catch(({ message }: Error) => {
      failure ??= `over stdio: the run "${kind}" broke off: ${message}`;
    });
    await agent.close();
    happened[kind] = attempt.happened(world);
  }
  return { happened, failure: failure ?? stdioProblemOf(happened) };
}

async function play(
  { scenario, kind, world, doors }: Staged,
  { url, tokens, approve, audited }: ReplayGateway,
): Promise<ReplayRun> {
  // Who goes straight to a server has its credentials, as a client's own configuration would.
  const isDirect = kind === 'without' && scenario.against === 'gateway';
  const token = tokens.get(`${scenario.id}.${kind}`) ?? '';
  const through = Object.entries(doors).map(([server, door]): [string, Door] => [
    server,
    isDirect ? door : { url: `${url}/mcp/${nameIn(scenario, kind)(server)}`, token },
  ]);
  const isJoined = scenario.isJoined === true && !isDirect;
  const all = isJoined ? { all: { url: `${url}/mcp`, token } } : Object.fromEntries(through);
  const agent = new Agent(all, approve);
  const { act, happened } = attemptOf(scenario, kind);
  try {
    await withDeadline(act(agent, world));
  } catch (error) {
    agent.transcript.push({ who: 'agent', what: `${GIVES_UP}${(error as Error).message}` });
  } finally {
    await agent.close();
  }
  const names = Object.keys(doors).map(nameIn(scenario, kind));
  if (!isDirect) world.audited.push(...names.flatMap(audited));
  const prefix = prefixOf(scenario, kind);
  const transcript = agent.transcript.map(({ who, what }) => ({
    who,
    what: tidied(isJoined ? what.replaceAll(prefix, '') : what, world),
  }));
  return { happened: happened(world), transcript };
}

/** What differs from run to run says nothing, and would make every record new. */
function tidied(text: string, { canary }: World): string {
  return text
    .replaceAll(canary, '(secret)')
    .replaceAll(/ --state \S+/g, '')
    .replaceAll(/session-?id=[\w-]+/gi, 'sessionId=ID')
    .replaceAll(/\bapprove(s?) [0-9a-f]{10}\b/g, 'approve$1 ID')
    .replaceAll(/(127\.0\.0\.1|localhost):\d+/g, '$1');
}

function attemptOf({ attack, benign, passes }: Scenario, kind: RunKind): Scenario['attack'] {
  if (kind === 'benign') return benign;
  return kind === 'passes' && passes !== undefined ? passes : attack;
}

function problemOf(runs: Replay['runs']): string | undefined {
  // Harm that a mistake in the script prevents must not pass for harm that the control prevented.
  for (const kind of runKinds) {
    const last = runs[kind]?.transcript.at(-1)?.what ?? '';
    if (last.startsWith(GIVES_UP)) return `the run "${kind}" broke off: ${last}`;
  }
  const wrong = runKinds.find((kind) => runs[kind] && runs[kind].happened !== EXPECTED[kind]);
  return wrong && WORDS[wrong];
}

function stdioProblemOf(stdio: NonNullable<Replay['stdio']>): string | undefined {
  const wrong = runKinds.find((kind) => kind in stdio && stdio[kind] !== EXPECTED[kind]);
  return wrong && `over stdio: ${WORDS[wrong]}`;
}

async function withDeadline(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it takes too long')), RUN_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

import type { CrawlReason, ServerId, ServerRecord, ServerSource } from '@toolwarden/catalogue';
import { coax, type Help, keyOf } from './coax.ts';
import { type Diagnosis, diagnose, outputOf } from './diagnose.ts';
import { type Attempt, introspect, type Network } from './introspect.ts';
import type { CrawlLimits } from './limits.ts';
import { helpFromRecord } from './recorded-help.ts';
import type { Places, Sandbox } from './sandbox/sandbox.ts';

/** One start of a server within its crawl, for those who want to know what was tried. */
export type CrawlAttempt = {
  server: ServerId;
  /** Help it was given, as in a record. */
  given: string[];
  /** The command line inside the sandbox. */
  command: string[];
  tools: number;
  reason?: CrawlReason;
  exit: Attempt['exit'];
  /** The limit it was stopped by, in words. */
  exceeded?: string;
  /** All it said that was no message: its stderr, and lines on stdout. */
  output: string;
};

/** As a person would write them: which sandbox it was does not matter to the command. */
const SHOWN_PLACES: Places = {
  node: 'node',
  npm: 'npm',
  package: '/package',
  cache: '/cache',
  home: '~',
  work: '.',
};

/** An installed program that should speak MCP, and what its authors say about it. */
export type Program = {
  argv: (places: Places) => string[];
  readme: string;
  packageName: string;
  binName: string;
};

export type AttemptPlace = {
  sandbox: Sandbox;
  slot: number;
  packageDir: string;
  /** What servers may reach while they list; nothing where absent. */
  network?: Network | undefined;
  limits: CrawlLimits;
  signal?: AbortSignal | undefined;
  onAttempt?: ((attempt: CrawlAttempt) => void) | undefined;
  /** The record so far: a crawl starts with the help that worked last time. */
  earlier?: ServerRecord | undefined;
};

/** How a server was started last, or best, and what came of it. */
export type End = { help: Help; attempt: Attempt; diagnosis: Diagnosis | undefined };

/** Starts a server until it lists, each time with the help its last failure suggests. */
export async function attemptAll(
  source: ServerSource,
  program: Program,
  place: AttemptPlace,
): Promise<End & { leftMs: number }> {
  const { limits, signal } = place;
  const plain: Help = {
    args: source.args ?? [],
    env: source.env ?? {},
    files: withoutDir(source.files ?? {}),
    ports: [],
    isBridged: false,
    isStateless: false,
    given: givenBy(source),
  };
  const deadline = performance.now() + limits.serverMs;
  const left = () => deadline - performance.now();
  const recorded = helpFromRecord(place.earlier, source, program);
  if (recorded !== undefined && keyOf(recorded) !== keyOf(plain)) {
    const end = await attemptOnce(source, program, recorded, place, left());
    if (end.diagnosis === undefined || signal?.aborted) return { ...end, leftMs: left() };
  }
  const tried = new Set([keyOf(plain)]);
  let best: End | undefined;
  let first: End | undefined;
  let help: Help | undefined = plain;
  for (let round = 0; help !== undefined && round <= limits.coaxRounds; round++) {
    if (left() <= 0 && first !== undefined) break;
    const end = await attemptOnce(source, program, help, place, Math.max(left(), 1));
    const { attempt, diagnosis } = end;
    if (diagnosis === undefined || signal?.aborted) return { ...end, leftMs: left() };
    first ??= end;
    if ((attempt.listing?.tools.length ?? 0) > (best?.attempt.listing?.tools.length ?? 0))
      best = end;
    help = coax({ help, attempt, diagnosis, ...program }, tried);
    // A machine under load makes slow servers look dead: one repetition, where the first try had no more to say.
    if (help === undefined && round === 0 && diagnosis.reason === 'timeout') help = plain;
  }
  // What the server said without help is what a reader can act on.
  return { ...(best ?? (first as End)), leftMs: left() };
}

/** Starts a server once; without a diagnosis its listing is whole. */
export async function attemptOnce(
  source: ServerSource,
  program: Program,
  help: Help,
  place: AttemptPlace,
  leftMs: number,
): Promise<End> {
  const { limits, signal } = place;
  const bounds = { ...limits, serverMs: leftMs, startMs: Math.min(limits.startMs, leftMs) };
  const attempt = await introspect({ argv: program.argv, ...help }, place, bounds, signal);
  const isWhole = attempt.listing !== undefined && attempt.listing.stoppedBy === undefined;
  const diagnosis = isWhole ? undefined : diagnose(attempt);
  place.onAttempt?.({
    server: source.id,
    given: help.given,
    command: [...program.argv(SHOWN_PLACES), ...help.args],
    tools: attempt.listing?.tools.length ?? 0,
    ...(diagnosis && { reason: diagnosis.reason }),
    exit: attempt.exit,
    ...(attempt.exceeded && { exceeded: attempt.exceeded }),
    output: outputOf(attempt),
  });
  return { help, attempt, diagnosis };
}

/** What a source gives from the start, in the words of a record. */
function givenBy({ args, env, files, overrides }: ServerSource): string[] {
  return [
    ...Object.entries(overrides ?? {}).map(([name, version]) => `override ${name}@${version}`),
    ...(args?.length ? [`arguments ${args.join(' ')}`] : []),
    ...Object.keys(env ?? {}).map((name) => `env ${name}`),
    ...Object.keys(withoutDir(files ?? {})).map((path) => `file ${path}`),
  ];
}

/** Sources name their files `{dir}/x` or `x`. */
function withoutDir(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path.replace(/^\{dir\}\//, ''), text]),
  );
}

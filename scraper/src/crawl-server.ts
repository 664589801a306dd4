import type { CrawlReason, ServerId, ServerRecord, ServerSource } from '@toolwarden/catalogue';
import { coax, type Help, keyOf } from './coax.ts';
import { type Diagnosis, diagnose, outputOf } from './diagnose.ts';
import { type Attempt, introspect } from './introspect.ts';
import type { CrawlLimits } from './limits.ts';
import { type Bin, chooseBin } from './npm/choose-bin.ts';
import { type Installed, type InstallPlace, newestVersion } from './npm/install.ts';
import { installWithOverrides } from './npm/install-with-overrides.ts';
import { failedRecord, recordOf } from './record.ts';
import { detailOf, hideAddresses, tellingLine } from './words.ts';

/** One start of a server within its crawl, for those who want to know what was tried. */
export type CrawlAttempt = {
  server: ServerId;
  /** Help it was given, as in a record. */
  given: string[];
  tools: number;
  reason?: CrawlReason;
  /** All it said that was no message. */
  output: string;
};
export type CrawlPlace = InstallPlace & {
  onAttempt?: ((attempt: CrawlAttempt) => void) | undefined;
};

/** One server from its source to its record. Only an abort leaves it without one. */
export async function crawlServer(
  source: ServerSource,
  place: CrawlPlace,
): Promise<ServerRecord | undefined> {
  try {
    return await listServer(source, place);
  } catch (error) {
    if (place.signal?.aborted) return undefined;
    // A source that no program can be started with, or a machine that gives no room: the next server may fare better.
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'not-started';
    const problem = { reason, detail: detailOf(message, hiddenIn(place)) } as const;
    const base = { source, installed: undefined, bin: undefined };
    return failedRecord(base, problem, source.version ?? '');
  }
}

async function listServer(
  source: ServerSource,
  place: CrawlPlace,
): Promise<ServerRecord | undefined> {
  const fail = (
    reason: CrawlReason,
    words: string,
    version = source.version ?? '',
    known: { installed?: Installed; bin?: Bin } = {},
  ) =>
    failedRecord(
      { source, installed: known.installed, bin: known.bin?.name },
      { reason, detail: detailOf(words, hiddenIn(place)) },
      version,
    );
  const [origin, name] = [
    source.id.slice(0, source.id.indexOf(':')),
    source.id.slice(source.id.indexOf(':') + 1),
  ];
  if (origin !== 'npm')
    return fail('unsupported-origin', `servers of the origin ${origin} cannot be crawled yet`);

  const { result, overrides } = await installWithOverrides(
    { name, version: source.version, overrides: source.overrides },
    place,
  );
  if (place.signal?.aborted) return undefined;
  if (!result.ok) {
    const { reason, output } = result.failure;
    const isGone = isNotFound(output, name);
    // Asking once more would only make the wait for a registry that is not there longer.
    const isAskable = !isGone && reason !== 'unreachable' && reason !== 'install-timeout';
    const version = source.version ?? (isAskable ? await newestVersion(name, place) : undefined);
    const words = hideAddresses(npmWords(output));
    return fail(isGone ? 'not-found' : reason, words || 'npm gave no reason', version);
  }
  const { installed } = result;
  const choice = await chooseBin(installed, place.packageDir, source.bin);
  if (!choice.ok) return fail(choice.reason, choice.detail, installed.version, { installed });
  const { bin } = choice;
  const end = await attemptAll({ ...source, overrides }, installed, bin, place);
  if (place.signal?.aborted) return undefined;
  const { help, attempt, diagnosis } = end;
  const problem = diagnosis && {
    reason: diagnosis.reason,
    detail: detailOf(diagnosis.words, hiddenIn(place)),
  };
  if (attempt.listing === undefined)
    return fail(
      (diagnosis as Diagnosis).reason,
      (diagnosis as Diagnosis).words,
      installed.version,
      { installed, bin },
    );
  return recordOf(
    { source, installed, bin: bin.name },
    attempt.listing,
    { name: 'default', args: help.args, env: Object.keys(help.env).sort() },
    help.given,
    problem,
  );
}

type End = { help: Help; attempt: Attempt; diagnosis: Diagnosis | undefined };

/** Starts a server until it lists, each time with the help its last failure suggests. */
async function attemptAll(
  source: ServerSource,
  installed: Installed,
  bin: Bin,
  place: CrawlPlace,
): Promise<End> {
  const { limits, signal } = place;
  const start: Help = {
    args: source.args ?? [],
    env: source.env ?? {},
    files: withoutDir(source.files ?? {}),
    ports: [],
    given: givenBy(source),
  };
  const tried = new Set([keyOf(start)]);
  const deadline = performance.now() + limits.serverMs;
  let best: End | undefined;
  let first: End | undefined;
  let help: Help | undefined = start;
  for (let round = 0; help !== undefined && round <= limits.coaxRounds; round++) {
    const left = deadline - performance.now();
    if (left <= 0) break;
    const attempt = await introspect(
      { argv: bin.argv, ...help },
      place,
      within(limits, left),
      signal,
    );
    const isWhole = attempt.listing !== undefined && attempt.listing.stoppedBy === undefined;
    const end: End = { help, attempt, diagnosis: isWhole ? undefined : diagnose(attempt) };
    place.onAttempt?.({
      server: source.id,
      given: help.given,
      tools: attempt.listing?.tools.length ?? 0,
      ...(end.diagnosis && { reason: end.diagnosis.reason }),
      output: outputOf(attempt),
    });
    if (isWhole || signal?.aborted) return end;
    first ??= end;
    if ((attempt.listing?.tools.length ?? 0) > (best?.attempt.listing?.tools.length ?? 0))
      best = end;
    help = coax(
      {
        help,
        attempt,
        diagnosis: end.diagnosis as Diagnosis,
        readme: installed.readme,
        packageName: installed.name,
        binName: bin.name,
      },
      tried,
    );
    // A machine under load makes slow servers look dead: one repetition, where the first try had no more to say.
    if (help === undefined && round === 0 && end.diagnosis?.reason === 'timeout') help = start;
  }
  // What the server said without help is what a reader can act on.
  return best ?? (first as End);
}

function within(limits: CrawlLimits, left: number): CrawlLimits {
  return { ...limits, serverMs: left, startMs: Math.min(limits.startMs, left) };
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

function isNotFound(output: string, name: string): boolean {
  return (
    (/\bE404\b/.test(output) && output.includes(name)) ||
    (/\bETARGET\b/.test(output) && output.includes(`for ${name}@`))
  );
}

/** npm prints a code, then sentences: the first sentence that is not about logs. */
function npmWords(output: string): string {
  const lines = output.replace(/^npm (?:error|ERR!) ?/gm, '');
  const code = /^code (\w+)$/m.exec(lines)?.[1];
  const words = tellingLine(
    lines.replace(/^(?:code \w+|A complete log.*|notarget In most.*)$/gm, ''),
  );
  return [code, words].filter(Boolean).join(' ');
}

function hiddenIn({ packageDir, cacheDir, settings }: InstallPlace) {
  const paths: [string, string][] = [
    [packageDir, '/package'],
    [cacheDir, '/cache'],
  ];
  return { paths, hosts: settings.hosts };
}

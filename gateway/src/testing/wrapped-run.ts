import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openArgumentHasher } from '../audit/argument-hash.ts';
import { openAuditReader } from '../audit/audit-reader.ts';
import { stateFiles } from '../state/open-database.ts';
import { brokenInvariants, type Happening, type InvariantOptions } from './invariants.ts';

export type Timed = { at: number; happening: Happening };

/** What happened in a folder where gateways ran as processes, put together from what each side wrote down itself. */
export type WrappedRun = {
  add(happening: Happening): void;
  broken(options: InvariantOptions): string[];
};

type Reached = { at: number; line: string };

const runs = new Map<string, WrappedRun>();

/** The run of a folder, whichever of its gateways asks; `isNew` for the first. */
export function wrappedRun(folder: string): { run: WrappedRun; isNew: boolean } {
  const known = runs.get(folder);
  if (known !== undefined) return { run: known, isNew: false };
  const seen: Timed[] = [];
  const state = join(folder, 'state');
  const run: WrappedRun = {
    add: (happening) => void seen.push({ at: Date.now(), happening }),
    broken(options) {
      // What is recorded comes first where clocks cannot tell: they count milliseconds.
      const records = recordedIn(state);
      const timed = [...records.map(withoutCounters), ...reachedIn(folder), ...seen];
      const happenings = timed.sort((a, b) => a.at - b.at).map(({ happening }) => happening);
      const { keys } = stateFiles(state);
      const hashOf = existsSync(keys) ? openArgumentHasher(keys).hash : () => '';
      const secrets = [...(options.secrets ?? []), ...secretsIn(keys)];
      return [
        ...brokenInvariants(happenings, { hashOf, ...options, secrets }),
        // Of two processes one may look at its clock first and write second; counters follow what was written.
        ...brokenInvariants(records.map(({ happening }) => happening).filter(isOfCounters), {
          isObserving: options.isObserving === true,
        }),
      ];
    },
  };
  runs.set(folder, run);
  return { run, isNew: true };
}

/** Calls that reached the server, by its own log. */
export function reachedIn(folder: string): Timed[] {
  return linesOf(join(folder, 'calls')).map((text) => {
    // A server of a test's own may write the bare line; that it came after its record is then not seen.
    const { at = Number.MAX_SAFE_INTEGER, line = text } = JSON.parse(text) as Partial<Reached>;
    return { at, happening: { kind: 'server-got', line } };
  });
}

/** What the record in a folder says of calls, with the times it has of them. */
export function recordedIn(state: string): Timed[] {
  if (!existsSync(stateFiles(state).database)) return [];
  const reader = openAuditReader(state);
  try {
    return [...reader.from(0)].flatMap(({ body }) => {
      const record = JSON.parse(body) as FoundRecord;
      const { at } = record;
      const happening = happeningOf(record);
      const wrote = { at, happening: { kind: 'wrote', where: 'audit', line: body } as const };
      return happening === undefined ? [wrote] : [{ at, happening }, wrote];
    });
  } finally {
    reader.close();
  }
}

/** Whether counters can be followed through it. */
export const isOfCounters = ({ kind }: Happening) => kind === 'recorded' || kind === 'given-back';

export function withoutCounters({ at, happening }: Timed): Timed {
  return happening.kind === 'recorded'
    ? { at, happening: { ...happening, counters: [] } }
    : { at, happening };
}

/** The texts of our own keys; none of them may ever be seen. */
function secretsIn(keys: string): string[] {
  if (!existsSync(keys)) return [];
  return readdirSync(keys)
    .filter((name) => name.endsWith('.key'))
    .flatMap((name) => linesOf(join(keys, name)).filter((line) => !line.startsWith('-----')));
}

/** The processes of the servers that were started in a folder, as they wrote them down. */
export const serversIn = (folder: string): number[] => linesOf(join(folder, 'pids')).map(Number);

type FoundRecord = { kind: string; method: string; call: string; at: number } & Pick<
  Extract<Happening, { kind: 'recorded' }>,
  'tool' | 'effect' | 'arguments' | 'counters'
>;

function happeningOf(record: FoundRecord): Happening | undefined {
  const { call: callId, tool, effect, at, counters = [], arguments: hash } = record;
  if (record.kind === 'charge-given-back') return { kind: 'given-back', callId };
  if (record.kind !== 'decision' || record.method !== 'tools/call') return undefined;
  return { kind: 'recorded', callId, tool, effect, at, counters, arguments: hash };
}

/** What a process holds; `undefined` once it is gone. */
export function sampleOf(pid: number): Happening | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
    );
    const rssKb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
    const files = readdirSync(`/proc/${pid}/fd`).length;
    return { kind: 'sampled', rssKb, files, children: children.length };
  } catch {
    return undefined;
  }
}

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}

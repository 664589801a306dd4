import { existsSync } from 'node:fs';
import {
  type OperatedState,
  openSqliteState,
  type SqliteState,
  stateFiles,
  stateFolder,
} from '@toolwarden/gateway/operator';
import { CliError } from './command.ts';
import type { Io } from './io.ts';
import { resolvePath } from './paths.ts';

/** Opens the gateway's state for one act. A mistyped folder must not pass for a state where nothing is. */
export async function withState<Result>(
  io: Io,
  option: string | undefined,
  work: (state: SqliteState) => Result | Promise<Result>,
  { mayMake = false } = {},
): Promise<Result> {
  const folder = stateFolder(option, io.env, io.cwd);
  if (!mayMake && !existsSync(stateFiles(folder).database)) {
    throw new CliError(
      'input',
      `${folder}: no state there; name its folder with --state, or start a gateway, which makes it`,
    );
  }
  const state = openSqliteState({ folder });
  try {
    return await work(state);
  } finally {
    await state.close();
  }
}

/**
 * Where the grants and approvals of one act lie: with `--redis` or `$TOOLWARDEN_REDIS` there, else in the folder; `null` for
 * in the folder, whatever the variable says.
 */
export type StatePlace = { state?: string | undefined; redis?: string | null | undefined };

/** A gateway's configuration as far as its operator names things by it. */
async function readGatewayConfig(io: Io, path: string) {
  const { loadConfig } = await import('@toolwarden/gateway/http');
  // Its servers' secrets are the gateway's, and not of those who look after what it keeps.
  const usesState = (pointer: string) => pointer.startsWith('/state/');
  const config = await loadConfig(resolvePath(io, path), io.env as NodeJS.ProcessEnv, usesState);
  const { stateFolder: state, servers, policies } = config;
  // A gateway goes by its configuration alone, so a variable for other commands must not lead elsewhere.
  const place = { ...(state !== undefined && { state }), redis: config.state.redis ?? null };
  return { place, servers: Object.keys(servers), policies };
}

/** Where an act finds its state: what is given, or what a gateway's configuration says, and then what it names besides. */
export async function readPlace(
  io: Io,
  { config, state, redis }: { config?: string; state?: string; redis?: string },
) {
  if (config === undefined) return { place: { state, redis }, known: undefined };
  if ((state ?? redis) !== undefined)
    throw new CliError('usage', '--config names the state; leave out --state and --redis');
  const known = await readGatewayConfig(io, config);
  return { place: known.place, known };
}

/** Opens the grants and approvals for one act; with Redis the folder holds the record of it. */
export async function withOperatedState<Result>(
  io: Io,
  { state, redis = io.env['TOOLWARDEN_REDIS'] || undefined }: StatePlace,
  work: (state: OperatedState) => Result | Promise<Result>,
  options: { mayMake?: boolean } = {},
): Promise<Result> {
  if (redis === undefined || redis === null) return withState(io, state, work, options);
  const { openRedisState } = await import('@toolwarden/gateway/redis');
  const folder = stateFolder(state, io.env, io.cwd);
  const opened = await openRedisState({ folder, redis: { url: redis } });
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

const UNIT_MS: Record<string, number> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A time in the future, `12h`, `90d`, `4w` from now or an ISO date; in the past where `isPast`. */
export function readMoment(option: string, text: string, now: number, isPast = false): number {
  const [, amount, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  const length = Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  const isDate = /^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/.test(text);
  const at = isDate ? Date.parse(text) : now + (isPast ? -length : length);
  if (Number.isFinite(at) && (isPast ? at <= now : at > now)) return at;
  const example = isPast ? '12h, 30d or a date such as 2026-11-21' : '12h, 90d or a date to come';
  throw new CliError('usage', `--${option} ${text}: expected ${example}`);
}

/** A moment for people, in UTC as the audit has it. */
export function momentWords(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').slice(0, 19).concat('Z');
}

import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { isJsonObject, type JsonValue } from '@toolwarden/catalogue';
import type { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import { readStrictJson } from '../json/strict-json.ts';
import { type GatewayConfig, gatewayConfigSchema, type ServerConfig } from './gateway-config.ts';
import { isLoopback } from './is-loopback.ts';

/** A configuration whose paths are whole and whose variables are filled in. */
export type LoadedConfig = GatewayConfig & {
  /** The state's folder; `undefined` for the user's own. */
  stateFolder: string | undefined;
};

/** What is wrong, and where: a JSON Pointer into the file. */
export type ConfigProblem = { pointer: string; message: string };

/** What reading a configuration comes to. */
export type ReadConfig =
  | { ok: true; config: LoadedConfig }
  | { ok: false; problems: ConfigProblem[] };

const MAX_BYTES = 1024 * 1024;
const DATABASE = 'toolwarden.db';

/** Where in a configuration what stands in variables matters to its reader; everywhere for who runs it. */
type Uses = (pointer: string) => boolean;

/** Reads a configuration and says everything that is wrong with it. @throws GatewayError where there is no text. */
export async function readConfig(
  path: string,
  env: NodeJS.ProcessEnv,
  uses: Uses = () => true,
): Promise<ReadConfig> {
  const read = readStrictJson(await readText(path));
  if (!read.ok) return { ok: false, problems: [{ pointer: '', message: read.problem.what }] };
  const parsed = gatewayConfigSchema.safeParse(read.value);
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, read.value)),
    };
  }
  const unfilled: ConfigProblem[] = [];
  const world = { folder: dirname(resolve(path)), env, problems: unfilled };
  const config = resolved(parsed.data, world);
  const problems = unfilled.filter(({ pointer }) => uses(pointer));
  problems.push(...contradictions(config));
  return problems.length === 0 ? { ok: true, config } : { ok: false, problems };
}

/** As {@link readConfig}, for whoever can only go on with a good one. */
export async function loadConfig(
  path: string,
  env: NodeJS.ProcessEnv,
  uses?: Uses,
): Promise<LoadedConfig> {
  const read = await readConfig(path, env, uses);
  if (read.ok) return read.config;
  const [first] = read.problems;
  const more = read.problems.length > 1 ? ` (and ${read.problems.length - 1} more)` : '';
  throw new GatewayError(
    'config-invalid',
    `${path}: ${first?.pointer || 'the file'}: ${first?.message}${more}; see toolwarden gateway --config ${path} --check`,
  );
}

async function readText(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > MAX_BYTES) throw new Error('it is larger than 1 MiB');
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : (code ?? message);
    throw new GatewayError('config-unreadable', `${path}: cannot read the configuration: ${why}`, {
      cause: error,
    });
  }
}

/** One line a problem; of a server that is neither a command nor an address, what it lacks to be what it looks like. */
function problemsOf(issue: z.core.$ZodIssue, document: JsonValue): ConfigProblem[] {
  const pointer = pointerOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...issue.path, key]),
      message: 'unknown key',
    }));
  }
  if (issue.code === 'invalid_union' && issue.path[0] === 'servers') {
    const server = issue.path.reduce<unknown>(
      (value, key) => (isJsonObject(value) ? value[String(key)] : undefined),
      document,
    );
    const isUrl = isJsonObject(server) && Object.hasOwn(server, 'url');
    const meant = issue.errors[isUrl ? 1 : 0] ?? [];
    return meant.flatMap((each) =>
      problemsOf({ ...each, path: [...issue.path, ...each.path] } as z.core.$ZodIssue, document),
    );
  }
  return [{ pointer, message: issue.message }];
}

type Auth = NonNullable<GatewayConfig['auth']>;
type Resolving = { folder: string; env: NodeJS.ProcessEnv; problems: ConfigProblem[] };

function resolved(config: GatewayConfig, world: Resolving): LoadedConfig {
  const place = (path: string) => resolve(world.folder, path);
  const { sqlite, redis } = config.state;
  const { webhook } = config.approvals;
  const database = sqlite === undefined ? undefined : place(sqlite);
  const stateFolder =
    database !== undefined && basename(database) === DATABASE ? dirname(database) : database;
  return {
    ...config,
    stateFolder,
    state: {
      ...config.state,
      ...(redis !== undefined && { redis: filled(redis, '/state/redis', world) }),
    },
    audit: {
      ...config.audit,
      ...(config.audit.mirror !== undefined && { mirror: place(config.audit.mirror) }),
    },
    approvals: {
      ...config.approvals,
      ...(webhook && {
        webhook: { ...webhook, secret: filled(webhook.secret, '/approvals/webhook/secret', world) },
      }),
    },
    ...(config.auth && { auth: resolvedAuth(config.auth, place) }),
    ...(config.tracing && {
      tracing: {
        ...config.tracing,
        headers: filledHeaders(config.tracing.headers, ['tracing'], world),
      },
    }),
    servers: mapValues(config.servers, (server, name) => resolvedServer(server, name, world)),
    policies: mapValues(config.policies, place),
    ...(config.shadow && {
      shadow: mapValues(config.shadow, (files) => files && mapValues(files, place)),
    }),
    ...(config.catalogue !== undefined && { catalogue: place(config.catalogue) }),
    ...(config.lock !== undefined && { lock: place(config.lock) }),
  };
}

function resolvedAuth({ jwt }: Auth, place: (path: string) => string): Auth {
  return { jwt: { ...jwt, ...(jwt.jwks !== undefined && { jwks: place(jwt.jwks) }) } };
}

function resolvedServer(server: ServerConfig, name: string, world: Resolving): ServerConfig {
  if ('url' in server) {
    return { ...server, headers: filledHeaders(server.headers, ['servers', name], world) };
  }
  return {
    ...server,
    env: mapValues(server.env ?? {}, (value, key) =>
      filled(value, pointerOf(['servers', name, 'env', key]), world),
    ),
    // A program named by a path is meant from the file; a bare name is looked for.
    command: server.command.includes('/') ? resolve(world.folder, server.command) : server.command,
    cwd: resolve(world.folder, server.cwd ?? '.'),
  };
}

function filledHeaders(
  headers: Record<string, string> = {},
  at: readonly string[],
  world: Resolving,
): Record<string, string> {
  return mapValues(headers, (value, header) => {
    const pointer = pointerOf([...at, 'headers', header]);
    const text = filled(value, pointer, world);
    // Else the first request would fail, and with it everything.
    if (/[^\t\x20-\x7e\x80-\xff]/.test(text) && !/[\0\r\n]/.test(text))
      world.problems.push({
        pointer,
        message: 'the value holds a character that no header may have',
      });
    return text;
  });
}

function filled(value: string, pointer: string, { env, problems }: Resolving): string {
  const text = value.replace(/\$\{env:([A-Za-z_]\w*)\}/g, (_, name: string) => {
    const found = env[name];
    if (found === undefined) problems.push({ pointer, message: `the variable ${name} is not set` });
    return found ?? '';
  });
  if (/[\0\r\n]/.test(text)) problems.push({ pointer, message: 'a value holds a line end or NUL' });
  return text;
}

/** What each part may say but not both together. */
function contradictions(config: LoadedConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const isOpen = config.grants === 'open';
  if (isOpen && !isLoopback(config.listen.host)) {
    const message = `"open" lets everybody in, so only a loopback address may be listened on, not ${config.listen.host}`;
    problems.push({ pointer: '/grants', message });
  }
  if (isOpen && Object.keys(config.policies).length !== 1) {
    problems.push({
      pointer: '/grants',
      message: '"open" needs exactly one policy, for everybody',
    });
  }
  problems.push(...authContradictions(config));
  const { bodyBytes, waitingBytes, waitingBytesPerGrant } = config.limits;
  if (bodyBytes > Math.min(waitingBytes, waitingBytesPerGrant)) {
    const message = 'is more than waitingBytes or waitingBytesPerGrant, so no such body could come';
    problems.push({ pointer: '/limits/bodyBytes', message });
  }
  if (config.state.replicas !== undefined && config.state.redis === undefined) {
    problems.push({ pointer: '/state/replicas', message: 'only Redis has replicas to wait for' });
  }
  if (Object.keys(config.servers).length === 0)
    problems.push({ pointer: '/servers', message: 'expected at least one server' });
  for (const policy of Object.keys(config.shadow?.policies ?? {})) {
    if (Object.hasOwn(config.policies, policy)) continue;
    const message = 'there is no policy of this name to run beside';
    problems.push({ pointer: pointerOf(['shadow', 'policies', policy]), message });
  }
  if (Object.keys(config.policies).length === 0)
    problems.push({ pointer: '/policies', message: 'expected at least one policy' });
  if (config.admin !== false && !isLoopback(config.admin.host)) {
    const message =
      'health and metrics are asked for without a token, so only on a loopback address';
    problems.push({ pointer: '/admin/host', message });
  }
  return problems;
}

function authContradictions({ auth, grants, policies, servers }: LoadedConfig): ConfigProblem[] {
  if (auth === undefined) return [];
  const { jwt } = auth;
  const problems: ConfigProblem[] = [];
  if (grants === 'open') {
    problems.push({ pointer: '/auth', message: '"grants": "open" asks nobody for a token' });
  }
  if ((jwt.jwks === undefined) === (jwt.jwksUrl === undefined)) {
    const message = 'expected either jwks, a file, or jwksUrl, an address';
    problems.push({ pointer: '/auth/jwt', message });
  }
  for (const [word, { servers: opened, policy }] of Object.entries(jwt.access)) {
    const at = ['auth', 'jwt', 'access', word];
    if (!Object.hasOwn(policies, policy)) {
      problems.push({
        pointer: pointerOf([...at, 'policy']),
        message: 'there is no policy of this name',
      });
    }
    for (const server of opened) {
      if (server === '*' || Object.hasOwn(servers, server)) continue;
      const message = `there is no server ${JSON.stringify(server)}`;
      problems.push({ pointer: pointerOf([...at, 'servers']), message });
    }
  }
  return problems;
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function mapValues<From, To>(
  values: Record<string, From>,
  change: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, change(value, key)]),
  );
}

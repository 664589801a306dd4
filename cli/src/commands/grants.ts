import type { OperatedState } from '@toolwarden/gateway/operator';
import { CliError, type Command, readArguments } from '../command.ts';
import {
  momentWords,
  readMoment,
  readPlace,
  type StatePlace,
  withOperatedState,
} from '../gateway-state.ts';
import type { Io } from '../io.ts';
import { resolvePath } from '../paths.ts';
import { plainText } from '../plain-text.ts';
import { table } from '../table.ts';
import { readPolicy } from './policy/files.ts';

const help = `
toolwarden grants create --server NAME… --policy FILE --label WORDS [--expires TIME]
toolwarden grants create --config FILE --server NAME… --policy NAME --label WORDS [--expires TIME]
toolwarden grants list
toolwarden grants rotate ID
toolwarden grants revoke ID
toolwarden grants forget

Who may call through the gateway, which servers, and under which policy. Once there is a grant, toolwarden wrap
refuses to start without one, also when all are revoked or expired.

  create               prints the token of a new grant, once: only its hash is stored
    --server NAME      a server it may use; several times for several, which a gateway also joins at /mcp
    --policy FILE      the policy its calls are judged by, on all of them; with --config its name there
    --label WORDS      for people: who or what it is for
    --expires TIME     12h, 90d, 4w or a date; without it the grant holds until it is revoked
  list                 all grants, without their tokens
  rotate ID            a new token for a grant; the old one is refused from then on
  revoke ID            ends a grant; calls that it makes are refused from then on
  forget               lists revoked grants no longer; once no grant is left, callers need none again
  --config FILE        a gateway's configuration: its state, and its names of servers and policies
  --state DIR          the gateway's state (default $TOOLWARDEN_STATE, else ~/.local/state/toolwarden)
  --redis URL          the Redis that gateways share (default $TOOLWARDEN_REDIS); the state folder then holds the record
  --json               one JSON object a line

Exit code 0; 2 for an unknown ID, a policy that is none, or a state that cannot be used.

Examples:
  toolwarden grants create --server notes --policy notes.json --label "my editor" --expires 90d
  toolwarden grants create --config gateway.json --server notes --policy read-only --label "my editor"
`;

export const grantsCommand: Command = {
  name: 'grants',
  summary: 'say who may call through the gateway',
  help,
  run,
};

const options = {
  server: { type: 'string', multiple: true },
  policy: { type: 'string' },
  label: { type: 'string' },
  expires: { type: 'string' },
  state: { type: 'string' },
  redis: { type: 'string' },
  config: { type: 'string' },
} as const;

type Known = NonNullable<Awaited<ReturnType<typeof readPlace>>['known']>;
type Given = ReturnType<typeof readArguments<typeof options>>['values'];
type Values = Omit<Given, 'state' | 'redis'> & StatePlace;

async function run(args: string[], io: Io): Promise<number> {
  const { values: given, positionals } = readArguments('grants', args, options);
  const [act, ...ids] = positionals;
  const { place, known } = await readPlace(io, given);
  const values: Values = { ...given, ...place };
  if (act === 'create') await create(values, ids, io, known);
  else if (act === 'list') await list(values, io);
  else if (act === 'rotate') await rotate(values, oneId(act, ids), io);
  else if (act === 'revoke') await revoke(values, oneId(act, ids), io);
  else if (act === 'forget') await forget(values, ids, io);
  else throw new CliError('usage', 'expected create, list, rotate, revoke or forget; see --help');
  return 0;
}

function oneId(act: string, ids: string[]): string {
  const [id, more] = ids;
  if (id !== undefined && more === undefined) return id;
  throw new CliError('usage', `${act}: expected one ID; toolwarden grants list shows them`);
}

/** Plain names in a row, which would be taken for one server that does not exist. */
const SEVERAL = /^[A-Za-z0-9_.-]+(?:, *[A-Za-z0-9_.-]+)+$/;

async function create(
  { json, ...values }: Values,
  rest: string[],
  io: Io,
  known: Known | undefined,
): Promise<void> {
  const { server: servers = [], policy, label, expires } = values;
  if (servers.length === 0 || policy === undefined || label === undefined || rest.length > 0) {
    throw new CliError('usage', 'create: expected --server, --policy and --label; see --help');
  }
  const noOne = servers.find((server) => server.trim() === '' || SEVERAL.test(server));
  if (noOne !== undefined) {
    throw new CliError(
      'usage',
      `create: --server ${JSON.stringify(noOne)}: expected the name of one server; give --server once for each`,
    );
  }
  if (known !== undefined) expectKnown(known, servers, policy);
  // A grant with a policy that is none could do nothing, and would say so only at the first start.
  await readPolicy(io, known?.policies[policy] ?? policy);
  const expiresAt = expires === undefined ? undefined : readMoment('expires', expires, Date.now());
  const grant = {
    ...{
      servers: [...new Set(servers)],
      label,
      policy: known ? policy : resolvePath(io, policy),
    },
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
  const made = await withOperatedState(io, values, ({ grants }) => grants.create(grant), {
    mayMake: true,
  });
  showToken(made, json, io);
}

/** A name that the configuration does not have would be of no use, and be told of only at the first call. */
function expectKnown(known: Known, servers: readonly string[], policy: string): void {
  const names = [...known.servers, '*'];
  const stranger = servers.find((name) => !names.includes(name));
  if (stranger !== undefined) throw notThere('server', stranger, known.servers);
  const policies = Object.keys(known.policies);
  if (!policies.includes(policy)) throw notThere('policy', policy, policies);
}

function notThere(option: string, name: string, there: readonly string[]): CliError {
  const shown = `create: --${option} ${JSON.stringify(name.slice(0, 80))}`;
  return new CliError('input', `${shown}: the configuration has ${there.join(', ')}`);
}

function showToken(made: { id: string; token: string }, json: boolean | undefined, io: Io): void {
  if (json) {
    io.out(JSON.stringify(made));
    return;
  }
  io.out(made.token);
  io.err(
    `grant ${made.id}: this token is shown once; give it to toolwarden wrap --grant, or to a client of toolwarden gateway as its bearer token`,
  );
}

async function list({ json, ...place }: Values, io: Io): Promise<void> {
  const grants = await withOperatedState(io, place, (opened) => opened.grants.list());
  if (json) {
    for (const grant of grants) io.out(JSON.stringify(grant));
    return;
  }
  const rows = grants.map((grant) => [
    grant.id,
    standing(grant),
    plainText(grant.label),
    grant.servers.map(plainText).join(', '),
    plainText(grant.policy),
  ]);
  if (rows.length === 0) io.out('no grants: whoever starts a gateway is "local"');
  else for (const line of table(['id', 'state', 'label', 'servers', 'policy'], rows)) io.out(line);
}

function standing({
  revokedAt,
  expiresAt,
}: Awaited<ReturnType<OperatedState['grants']['list']>>[number]) {
  if (revokedAt !== undefined) return `revoked ${momentWords(revokedAt)}`;
  if (expiresAt === undefined) return 'active';
  return `${expiresAt <= Date.now() ? 'expired' : 'until'} ${momentWords(expiresAt)}`;
}

async function rotate({ json, ...place }: Values, id: string, io: Io): Promise<void> {
  const token = await withOperatedState(io, place, ({ grants }) => grants.rotate(id));
  if (token === undefined) throw unknown(id);
  showToken({ id, token }, json, io);
}

async function revoke({ json, ...place }: Values, id: string, io: Io): Promise<void> {
  if (!(await withOperatedState(io, place, ({ grants }) => grants.revoke(id)))) throw unknown(id);
  io.out(json ? JSON.stringify({ id, revoked: true }) : `grant ${id} is revoked`);
}

async function forget({ json, ...place }: Values, rest: string[], io: Io): Promise<void> {
  if (rest.length > 0) throw new CliError('usage', 'forget: takes no ID; see --help');
  const [forgotten, left] = await withOperatedState(io, place, async ({ grants }) => [
    await grants.forget(),
    (await grants.list()).length,
  ]);
  if (json) io.out(JSON.stringify({ forgotten, left }));
  else if (left > 0) io.out(`${forgotten} revoked grants forgotten, ${left} left`);
  else io.out(`${forgotten} revoked grants forgotten; whoever starts a gateway is "local" again`);
}

function unknown(id: string): CliError {
  const name = JSON.stringify(id.slice(0, 40));
  return new CliError('input', `no grant ${name} that is not revoked; see toolwarden grants list`);
}

import { userInfo } from 'node:os';
import {
  askedKind,
  type OperatedState,
  openLoginTokens,
  serveApprovals,
  stateFiles,
  stateFolder,
  stateOption,
} from '@toolwarden/gateway/operator';
import { CliError, type Command, readArguments, readNumber } from '../command.ts';
import {
  momentWords,
  readMoment,
  readPlace,
  type StatePlace,
  withOperatedState,
  withState,
} from '../gateway-state.ts';
import type { Io } from '../io.ts';
import { plainText } from '../plain-text.ts';
import { table } from '../table.ts';
import { untilAborted } from '../until-aborted.ts';

const help = `
toolwarden approvals list [--all]
toolwarden approvals show ID
toolwarden approvals approve ID
toolwarden approvals deny ID
toolwarden approvals serve [--port N]
toolwarden approvals login [--as NAME] [--expires TIME]

Calls that a policy wants a person to decide on. An answer is for that one call exactly as it was asked, is used once,
and holds for 15 minutes or as long as the policy's "approval" says. The agent's own connection cannot answer; whoever
can run commands as this user can.

  list             what waits for an answer; --all also what was answered, used or expired
  show ID          one call with all its arguments; what does not show on a terminal is written as \\u{…}
  approve ID       the agent may make that call once
  deny ID          the call stays refused
  serve            the same as web pages on this machine, http://127.0.0.1:8788/approvals, until it is stopped; they
                   show every argument, and what differs from the last approved call of that tool
    --port N       another port
  login            prints a token that lets a person into those pages once, within an hour
    --as NAME      who it is for, as the audit will say (default: this user)
    --expires T    12h, 90d or a date, instead of an hour
  --config FILE    a gateway's configuration, which says where its state is
  --state DIR      the gateway's state (default $TOOLWARDEN_STATE, else ~/.local/state/toolwarden)
  --redis URL      the Redis that gateways share (default $TOOLWARDEN_REDIS)
  --json           one JSON object a line

Exit code 0; 1 if the answer came too late or another was first; 2 for an unknown ID.

Examples:
  toolwarden approvals approve 4f8a1c02d9
  toolwarden approvals list --config gateway.json
`;

export const approvalsCommand: Command = {
  name: 'approvals',
  summary: 'answer what the gateway asks a person',
  help,
  run,
};

const LOGIN_MS = 60 * 60_000;

type Approval = Awaited<ReturnType<OperatedState['approvals']['list']>>[number];

async function run(args: string[], io: Io, signal: AbortSignal): Promise<number> {
  const { values: given, positionals } = readArguments('approvals', args, {
    all: { type: 'boolean' },
    state: { type: 'string' },
    redis: { type: 'string' },
    config: { type: 'string' },
    port: { type: 'string' },
    as: { type: 'string' },
    expires: { type: 'string' },
  });
  const [act, id, more] = positionals;
  const { json = false } = given;
  const values = { ...given, ...(await readPlace(io, given)).place };
  if (act === 'serve' && id === undefined) return serve(values, io, signal);
  if (act === 'login' && id === undefined) return logIn(values, io);
  if (act === 'list' && id === undefined) return list(io, values, values.all ?? false, json);
  if (!(act === 'show' || act === 'approve' || act === 'deny')) {
    throw new CliError('usage', 'expected list, show, approve, deny, serve or login; see --help');
  }
  if (id === undefined || more !== undefined) {
    throw new CliError('usage', `${act}: expected one ID; toolwarden approvals list shows them`);
  }
  return withOperatedState(io, values, async (opened) => {
    const approval = (await opened.approvals.list()).find((each) => each.id === id);
    if (approval === undefined) {
      const name = JSON.stringify(id.slice(0, 40));
      throw new CliError('input', `no approval ${name}; see toolwarden approvals list`);
    }
    if (act === 'show') return show(approval, json, io);
    return answer(opened, approval, act === 'approve' ? 'approved' : 'denied', json, io);
  });
}

async function list(io: Io, place: StatePlace, all: boolean, json: boolean) {
  const found = await withOperatedState(io, place, (opened) => opened.approvals.list());
  const shown = all ? found : found.filter(({ status }) => status === 'pending');
  if (json) {
    for (const approval of shown) io.out(JSON.stringify(approval));
    return 0;
  }
  const rows = shown.map(({ id, status, expiresAt, grant, server, method, tool, reason }) => [
    id,
    status,
    momentWords(expiresAt),
    ...[grant, server, askedKind(method), tool, reason].map(plainText),
  ]);
  const heads = ['id', 'status', 'until', 'grant', 'server', 'kind', 'name', 'reason'];
  if (rows.length === 0) io.out(all ? 'nobody was asked yet' : 'nothing waits for an answer');
  else for (const line of table(heads, rows)) io.out(line);
  return 0;
}

function show(approval: Approval, json: boolean, io: Io): number {
  if (json) {
    io.out(JSON.stringify(approval));
    return 0;
  }
  const { id, status, server, method, tool, grant, reason, createdAt, expiresAt } = approval;
  io.out(`${id}: ${status}, asked ${momentWords(createdAt)}, until ${momentWords(expiresAt)}`);
  io.out(plainText(`${askedKind(method).padEnd(7)} ${tool}`));
  io.out(`server  ${plainText(server)}`);
  io.out(`grant   ${plainText(grant)}`);
  io.out(`reason  ${plainText(reason)}`);
  if (status !== 'pending' && status !== 'approved') {
    io.out('arguments are kept only while the call can be approved');
    return 0;
  }
  io.out('arguments');
  printJson(approval.arguments, io);
  if (approval.replies !== undefined) {
    io.out('sent along in answer to the server');
    printJson(approval.replies, io);
  }
  return 0;
}

function printJson(value: object, io: Io): void {
  for (const line of JSON.stringify(value, null, 2).split('\n')) io.out(`  ${plainText(line)}`);
}

async function answer(
  state: OperatedState,
  approval: Approval,
  status: 'approved' | 'denied',
  json: boolean,
  io: Io,
): Promise<number> {
  const { id } = approval;
  const isDone = await state.approvals.answer(id, status, userInfo().username);
  const now = (await state.approvals.list()).find((each) => each.id === id);
  if (json) io.out(JSON.stringify({ id, status, isDone }));
  else if (isDone) {
    // What was approved is shown with the answer, so that a mistake is seen while it can still be told.
    show({ ...approval, ...now, status }, false, io);
  } else {
    const is = now?.status ?? 'gone';
    io.err(`toolwarden approvals: ${id} is ${is}; only a pending call can be answered`);
  }
  return isDone ? 0 : 1;
}

type Place = { state?: string | undefined };

async function serve(
  { state, redis, port = '8788' }: StatePlace & { port?: string | undefined },
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  return withOperatedState(
    io,
    { state, redis },
    async ({ approvals, grants }) => {
      const tokens = tokensOf({ state }, io);
      const served = await serveApprovals({
        ...{ approvals, grants, tokens, clock: Date.now },
        port: readNumber('port', port, 0, 65_535),
      });
      const option = stateOption(stateFolder(state, io.env, io.cwd), io.env, io.cwd);
      io.err(`Approvals: ${served.url} (to log in: toolwarden approvals login${option})`);
      await untilAborted(signal);
      await served.close();
      return 0;
    },
    { mayMake: true },
  );
}

async function logIn(
  { as, expires, json, state }: Place & { as?: string; expires?: string; json?: boolean },
  io: Io,
): Promise<number> {
  const now = Date.now();
  const by = as ?? userInfo().username;
  if (by.length > 100) throw new CliError('usage', '--as: expected at most 100 characters');
  const expiresAt = expires === undefined ? now + LOGIN_MS : readMoment('expires', expires, now);
  // The folder is made like any state's, so that nobody else can read what lies in it.
  await withState(io, state, () => {}, { mayMake: true });
  const token = tokensOf({ state }, io).create(by, expiresAt);
  if (json) {
    io.out(JSON.stringify({ token, by, expiresAt }));
    return 0;
  }
  io.out(token);
  io.err(
    `for ${plainText(by)} until ${momentWords(expiresAt)}; enter it on the page for approvals`,
  );
  return 0;
}

function tokensOf({ state }: Place, io: Io) {
  return openLoginTokens(stateFiles(stateFolder(state, io.env, io.cwd)).keys);
}

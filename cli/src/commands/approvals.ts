import { userInfo } from 'node:os';
import type { SqliteState } from '@toolwarden/gateway/operator';
import { CliError, type Command, readArguments } from '../command.ts';
import { momentWords, withState } from '../gateway-state.ts';
import type { Io } from '../io.ts';
import { plainText } from '../plain-text.ts';
import { table } from '../table.ts';

const help = `
toolwarden approvals list [--all]
toolwarden approvals show ID
toolwarden approvals approve ID
toolwarden approvals deny ID

Calls that a policy wants a person to decide on. An answer is for that one call exactly as it was asked, is used once,
and holds for 15 minutes. The agent's own connection cannot answer; whoever can run commands as this user can.

  list             what waits for an answer; --all also what was answered, used or expired
  show ID          one call with all its arguments; what does not show on a terminal is written as \\u{…}
  approve ID       the agent may make that call once
  deny ID          the call stays refused
  --state DIR      the gateway's state (default $TOOLWARDEN_STATE, else ~/.local/state/toolwarden)
  --json           one JSON object a line

Exit code 0; 1 if the answer came too late or another was first; 2 for an unknown ID.

Example:
  toolwarden approvals approve 4f8a1c02d9
`;

export const approvalsCommand: Command = {
  name: 'approvals',
  summary: 'answer what the gateway asks a person',
  help,
  run,
};

type Approval = ReturnType<SqliteState['approvals']['list']>[number];

async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments('approvals', args, {
    all: { type: 'boolean' },
    state: { type: 'string' },
  });
  const [act, id, more] = positionals;
  const { state, json = false } = values;
  if (act === 'list' && id === undefined) return list(io, state, values.all ?? false, json);
  if (!(act === 'show' || act === 'approve' || act === 'deny')) {
    throw new CliError('usage', 'expected list, show, approve or deny; see --help');
  }
  if (id === undefined || more !== undefined) {
    throw new CliError('usage', `${act}: expected one ID; toolwarden approvals list shows them`);
  }
  return withState(io, state, (opened) => {
    const approval = opened.approvals.list().find((each) => each.id === id);
    if (approval === undefined) {
      const name = JSON.stringify(id.slice(0, 40));
      throw new CliError('input', `no approval ${name}; see toolwarden approvals list`);
    }
    if (act === 'show') return show(approval, json, io);
    return answer(opened, approval, act === 'approve' ? 'approved' : 'denied', json, io);
  });
}

async function list(io: Io, state: string | undefined, all: boolean, json: boolean) {
  const found = await withState(io, state, (opened) => opened.approvals.list());
  const shown = all ? found : found.filter(({ status }) => status === 'pending');
  if (json) {
    for (const approval of shown) io.out(JSON.stringify(approval));
    return 0;
  }
  const rows = shown.map(({ id, status, expiresAt, grant, server, tool, reason }) => [
    id,
    status,
    momentWords(expiresAt),
    ...[grant, server, tool, reason].map(plainText),
  ]);
  const heads = ['id', 'status', 'until', 'grant', 'server', 'tool', 'reason'];
  if (rows.length === 0) io.out('nothing waits for an answer');
  else for (const line of table(heads, rows)) io.out(line);
  return 0;
}

function show(approval: Approval, json: boolean, io: Io): number {
  if (json) {
    io.out(JSON.stringify(approval));
    return 0;
  }
  const { id, status, server, tool, grant, reason, createdAt, expiresAt } = approval;
  io.out(`${id}: ${status}, asked ${momentWords(createdAt)}, until ${momentWords(expiresAt)}`);
  io.out(`tool    ${plainText(tool)}`);
  io.out(`server  ${plainText(server)}`);
  io.out(`grant   ${plainText(grant)}`);
  io.out(`reason  ${plainText(reason)}`);
  if (status !== 'pending' && status !== 'approved') {
    io.out('arguments are kept only while the call can be approved');
    return 0;
  }
  io.out('arguments');
  const lines = JSON.stringify(approval.arguments, null, 2).split('\n');
  for (const line of lines) io.out(`  ${plainText(line)}`);
  return 0;
}

function answer(
  state: SqliteState,
  approval: Approval,
  status: 'approved' | 'denied',
  json: boolean,
  io: Io,
): number {
  const { id } = approval;
  const isDone = state.approvals.answer(id, status, userInfo().username);
  if (json) io.out(JSON.stringify({ id, status, isDone }));
  else if (isDone) {
    // What was approved is shown with the answer, so that a mistake is seen while it can still be told.
    show({ ...approval, status }, false, io);
  } else {
    const now = state.approvals.list().find((each) => each.id === id)?.status ?? 'gone';
    io.err(`toolwarden approvals: ${id} is ${now}; only a pending call can be answered`);
  }
  return isDone ? 0 : 1;
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApprovalRow } from '../state/approval-table.ts';
import type { Eventually } from '../state/state.ts';
import { askedKind } from './asked-kind.ts';
import { isSame, type Login, type LoginTokens } from './login-token.ts';
import { callMarkup, listMarkup, loginMarkup, type PageFacts, page } from './page-markup.ts';
import { pagePolicy } from './page-style.ts';

/** What the pages work with. */
export type ApprovalPagesOptions = {
  approvals: {
    list(): ApprovalRow[] | Promise<ApprovalRow[]>;
    answer(id: string, status: 'approved' | 'denied', by: string): boolean | Promise<boolean>;
  };
  /** What people call the grants. */
  grants?: { list(): Eventually<readonly { id: string; label: string }[]> } | undefined;
  tokens: LoginTokens;
  clock: () => number;
  /** Where people reach the pages, if a proxy stands in front of them. */
  pagesAt?: string | undefined;
};

type Answer = { status: number; headers?: Record<string, string>; body?: string };
type Visit = { options: ApprovalPagesOptions; login: Login; form: URLSearchParams };

const COOKIE = 'toolwarden_approver';
const FORM_BYTES = 64 * 1024;

/**
 * The pages where people answer what waits for approval; true where a request was theirs. They are for a listener of
 * their own, which checks the Host: an agent's connection never reaches it, and no grant is a login.
 */
export function createApprovalPages(options: ApprovalPagesOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (path !== '/approvals' && !path.startsWith('/approvals/')) return false;
    const answer = await answerTo(request, path, options).catch((error: Error) => ({
      status: 503,
      body: page('Not available', { markup: '<h1>Not available</h1>' }, told(error)),
    }));
    send(response, answer);
    return true;
  };
}

async function answerTo(
  request: IncomingMessage,
  path: string,
  options: ApprovalPagesOptions,
): Promise<Answer> {
  const { method } = request;
  if (method !== 'GET' && method !== 'POST')
    return { status: 405, headers: { allow: 'GET, POST' } };
  if (method === 'POST' && !isOwnForm(request, options))
    return refused('This form came from another page.');
  const form = method === 'POST' ? await readForm(request) : new URLSearchParams();
  if (form === undefined) return { status: 413 };
  if (method === 'POST' && path === '/approvals/login') return logIn(form, request, options);
  const login = loginOf(request, options);
  if (login === undefined) return { status: 401, body: page('Log in', loginMarkup(callIn(path))) };
  const visit = { options, login, form };
  if (method === 'GET') return look(path, visit);
  if (!isSame(form.get('key') ?? '', options.tokens.formKey(login))) {
    return refused('This form is not from this login. Open the page again.');
  }
  return act(path, visit);
}

function logIn(
  form: URLSearchParams,
  { headers }: IncomingMessage,
  { tokens, clock }: ApprovalPagesOptions,
): Answer {
  const at = clock();
  const login = tokens.useToken((form.get('token') ?? '').trim(), at);
  const call = callIn(`/approvals/${form.get('call') ?? ''}`);
  if (login === undefined) {
    const notice =
      'That token is wrong, of another state folder, was used, or its time is over. Ask for a new one.';
    return { status: 401, body: page('Log in', loginMarkup(call), notice) };
  }
  const isSecure = headers.origin?.startsWith('https:') === true;
  const to = call === undefined ? '/approvals' : `/approvals/${call}`;
  return see(to, cookie(`${tokens.session(login, at)}${isSecure ? '; Secure' : ''}`));
}

/** The call that a path is about, as far as its form says; whoever was led there logs in first. */
function callIn(path: string): string | undefined {
  return /^\/approvals\/(?!log(?:in|out)$)([a-z0-9]{1,32})$/.exec(path)?.[1];
}

async function factsFor({ options, login }: Visit): Promise<PageFacts> {
  const grants = (await options.grants?.list()) ?? [];
  return {
    ...{ by: login.by, formKey: options.tokens.formKey(login), at: options.clock() },
    labels: new Map(grants.map(({ id, label }) => [id, label])),
  };
}

async function look(path: string, visit: Visit): Promise<Answer> {
  const rows = await visit.options.approvals.list();
  const facts = await factsFor(visit);
  if (path === '/approvals') {
    return {
      status: 200,
      // No script asks for news, so the list is loaded again by itself.
      headers: { refresh: '20' },
      body: page('Waiting', listMarkup(rows, facts)),
    };
  }
  const row = rows.find(({ id }) => `/approvals/${id}` === path);
  if (row === undefined) return notFound();
  return {
    status: 200,
    body: page('One call', callMarkup(row, lastApproved(row, rows), facts)),
  };
}

async function act(path: string, visit: Visit): Promise<Answer> {
  const { options, login, form } = visit;
  const { approvals } = options;
  if (path === '/approvals/logout') {
    options.tokens.end(login);
    return see('/approvals', cookie('', 0));
  }
  if (path === '/approvals/deny-all') {
    const ids = (form.get('ids') ?? '').split(' ').filter((id) => id !== '');
    for (const id of ids) await approvals.answer(id, 'denied', login.by);
    return see('/approvals');
  }
  const answer = form.get('answer');
  const id = path.slice('/approvals/'.length);
  const isKnown = (await approvals.list()).some((row) => row.id === id);
  if (!isKnown) return notFound();
  if (answer !== 'approved' && answer !== 'denied') return { status: 400 };
  if (await approvals.answer(id, answer, login.by)) return see('/approvals');
  const notice = 'Too late: the call was answered by another, or its time is over.';
  const rows = await approvals.list();
  return { status: 409, body: page('Waiting', listMarkup(rows, await factsFor(visit)), notice) };
}

/** The call of the same tool or prompt, server and grant that was approved last and whose arguments are still there. */
function lastApproved(row: ApprovalRow, rows: readonly ApprovalRow[]): ApprovalRow | undefined {
  return rows
    .filter(
      ({ id, status, method, tool, server, grant, arguments: args }) =>
        id !== row.id &&
        askedKind(method) === askedKind(row.method) &&
        (status === 'approved' || status === 'used') &&
        tool === row.tool &&
        server === row.server &&
        grant === row.grant &&
        Object.keys(args).length > 0,
    )
    .sort((a, b) => (b.answeredAt ?? 0) - (a.answeredAt ?? 0))[0];
}

function loginOf(request: IncomingMessage, { tokens, clock }: ApprovalPagesOptions) {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name, value = ''] = part.trim().split('=', 2);
    if (name === COOKIE) return tokens.readSession(value, clock());
  }
  return undefined;
}

/** Whether a form was sent by a page of this very listener; browsers say where it came from. */
function isOwnForm({ headers }: IncomingMessage, { pagesAt }: ApprovalPagesOptions): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin, host } = headers;
  if (origin === undefined || origin.replace(/^https?:\/\//, '') === host) return true;
  return pagesAt !== undefined && origin === new URL(pagesAt).origin;
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > FORM_BYTES) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

function send(response: ServerResponse, { status, headers, body = '' }: Answer): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': pagePolicy,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // With `no-referrer` browsers send `Origin: null` with our own forms.
    'referrer-policy': 'same-origin',
    'x-frame-options': 'DENY',
    ...headers,
  });
  response.end(body);
}

function cookie(value: string, seconds?: number): Record<string, string> {
  const end = seconds === undefined ? '' : `; Max-Age=${seconds}`;
  return { 'set-cookie': `${COOKIE}=${value}; Path=/approvals; HttpOnly; SameSite=Strict${end}` };
}

function see(location: string, headers: Record<string, string> = {}): Answer {
  return { status: 303, headers: { location, ...headers } };
}

function refused(why: string): Answer {
  return { status: 403, body: page('Refused', { markup: '<h1>Refused</h1>' }, why) };
}

function notFound(): Answer {
  return {
    status: 404,
    body: page('Unknown', {
      markup: '<h1>No such call</h1><p><a href="/approvals">All approvals</a></p>',
    }),
  };
}

function told({ message }: Error): string {
  return `The state cannot be read now: ${message}`;
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@toolwarden/catalogue';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { stateFiles } from '../state/open-database.ts';
import { openSqliteState, type SqliteState } from '../state/sqlite-state.ts';
import type { Recorded } from '../state/state.ts';
import { entry, judgeOf, START } from '../testing/judged-calls.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { type LoginTokens, openLoginTokens } from './login-token.ts';
import { type ApprovalServer, serveApprovals } from './serve-approvals.ts';

const HOUR = 3_600_000;
let now: number;
let state: SqliteState;
let tokens: LoginTokens;
let server: ApprovalServer;
let folder: string;
beforeEach(async () => {
  now = START;
  folder = join(temporaryFolder(), 's');
  const clock = () => now;
  state = openSqliteState({ folder, clock });
  tokens = openLoginTokens(stateFiles(folder).keys);
  const { approvals, grants } = state;
  server = await serveApprovals({ approvals, grants, tokens, clock, port: 0 });
});
afterEach(async () => {
  await server.close();
  await state.close();
});

function call(args: JsonObject, more = {}) {
  return entry('pay', { arguments: args, argumentsText: JSON.stringify(args), at: now, ...more });
}
function ask(args: JsonObject, more = {}): Recorded {
  const made = call(args, more);
  return state.record(made, judgeOf(made)) as Recorded;
}
const idOf = ({ approvalId = 'none' }: Recorded) => approvalId;
const statusOf = (id: string) => state.approvals.list().find((row) => row.id === id)?.status;

/** A person at the pages: sends forms as a browser does, and keeps the cookie. */
async function logIn(by = 'ada') {
  const token = tokens.create(by, now + HOUR);
  const response = await post('/login', { token });
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  const get = async (path: string) =>
    (await fetch(server.url + path, { headers: { cookie } })).text();
  const key = /name="key" value="([^"]+)"/.exec(await get(''))?.[1] ?? '';
  return { cookie, key, get };
}

function post(path: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  const options = { method: 'POST', body: new URLSearchParams(form), headers };
  return fetch(server.url + path, { ...options, redirect: 'manual' });
}

test('a person who logged in approves a call once, and the audit knows who it was', async () => {
  const id = idOf(ask({ amount: 5 }));
  const { cookie, key, get } = await logIn('ada');
  expect(await get(`/${id}`)).toContain('&quot;amount&quot;: 5');
  expect((await post(`/${id}`, { key, answer: 'approved' }, { cookie })).status).toBe(303);
  expect(state.approvals.list()[0]).toMatchObject({ status: 'approved', answeredBy: 'ada' });
  expect(ask({ amount: 5 }).decision.effect).toBe('allow');
  expect(ask({ amount: 5 }).decision.effect).toBe('approve');
});

test('the page names the grant as its operator does', async () => {
  const { id: grant } = state.grants.create({ label: 'ann <b>', servers: ['s'], policy: 'p.json' });
  const id = idOf(ask({ amount: 5 }, { grant }));
  const { get } = await logIn();
  for (const path of ['', `/${id}`]) expect(await get(path)).toContain('ann &lt;b&gt;');
});

test('whoever was led to a call comes to it by logging in, and nowhere else', async () => {
  const id = idOf(ask({ amount: 5 }));
  const asked = await (await fetch(`${server.url}/${id}`)).text();
  expect(asked).toContain(`name="call" value="${id}"`);
  const to = async (call: string) => {
    const response = await post('/login', { token: tokens.create('ada', now + HOUR), call });
    return response.headers.get('location');
  };
  expect(await to(id)).toBe(`/approvals/${id}`);
  for (const other of ['', '/evil.example', '..%2Fx', 'a/b', 'x'.repeat(33)])
    expect([other, await to(other)]).toEqual([other, '/approvals']);
});

test('P20: nobody who did not log in sees or answers anything, a grant least of all', async () => {
  const id = idOf(ask({ secret: 'canary-4711' }));
  const { token } = state.grants.create({ label: 'l', servers: ['s'], policy: 'p.json' });
  const { key } = await logIn();
  for (const headers of [
    {},
    { authorization: `Bearer ${token}` },
    { cookie: `toolwarden_approver=${token}` },
    { cookie: `toolwarden_approver=${tokens.create('x', now + HOUR)}` },
  ] as Record<string, string>[]) {
    const seen = await fetch(`${server.url}/${id}`, { headers });
    expect([seen.status, (await seen.text()).includes('canary')]).toEqual([401, false]);
    expect((await post(`/${id}`, { key, answer: 'approved' }, headers)).status).toBe(401);
  }
  expect((await post('/login', { token })).status).toBe(401);
  expect(statusOf(id)).toBe('pending');
});

test('a form of another page, or of another login, answers nothing', async () => {
  const id = idOf(ask({}));
  const [ada, bob] = [await logIn('ada'), await logIn('bob')];
  const answer = { answer: 'approved' };
  for (const [form, headers] of [
    [
      { ...answer, key: ada.key },
      { cookie: ada.cookie, origin: 'http://evil.example' },
    ],
    [
      { ...answer, key: ada.key },
      { cookie: ada.cookie, 'sec-fetch-site': 'cross-site' },
    ],
    [{ ...answer, key: bob.key }, { cookie: ada.cookie }],
    [answer, { cookie: ada.cookie }],
  ] as [Record<string, string>, Record<string, string>][]) {
    expect((await post(`/${id}`, form, headers)).status).toBe(403);
  }
  expect(statusOf(id)).toBe('pending');
});

test('a login ends with its token, and the name cannot be changed in it', async () => {
  const { cookie } = await logIn();
  now += HOUR;
  expect((await fetch(server.url, { headers: { cookie } })).status).toBe(401);
  const [id, time, , signature] = tokens.create('ada', now + HOUR).split('.');
  const forged = [id, time, Buffer.from('eve').toString('base64url'), signature].join('.');
  expect((await post('/login', { token: forged })).status).toBe(401);
});

test('of two answers the first counts, and the second is told', async () => {
  const id = idOf(ask({}));
  const { cookie, key } = await logIn();
  expect((await post(`/${id}`, { key, answer: 'denied' }, { cookie })).status).toBe(303);
  const late = await post(`/${id}`, { key, answer: 'approved' }, { cookie });
  expect([late.status, await late.text()]).toEqual([409, expect.stringContaining('Too late')]);
  expect(statusOf(id)).toBe('denied');
});

test('calls of one tool are one group, which can be denied whole but not approved', async () => {
  for (let amount = 1; amount <= 8; amount++) ask({ amount });
  ask({}, { server: 'other' });
  const { cookie, key, get } = await logIn();
  const list = await get('');
  expect(list).toContain('Deny these 8');
  expect(list).toContain('3 more like these wait');
  expect(list).not.toMatch(/Approve/);
  const ids = /name="ids" value="([^"]+)"/.exec(list)?.[1] ?? '';
  await post('/deny-all', { key, ids }, { cookie });
  const left = state.approvals.list().filter(({ status }) => status === 'pending');
  expect(left.map(({ server }) => server)).toEqual(['other']);
});

test('every one of many calls can be looked at, though few are shown', async () => {
  const ids = Array.from({ length: 8 }, (_, amount) => idOf(ask({ amount })));
  const { get } = await logIn();
  const list = await get('');
  for (const id of ids) expect(list).toContain(`href="/approvals/${id}"`);
});

test('the page says whether a tool, a resource or a prompt is asked for', async () => {
  const prompt = idOf(ask({ to: 'bob' }, { method: 'prompts/get' }));
  const resource = idOf(ask({}, { method: 'resources/read' }));
  const tool = idOf(ask({}));
  const { get } = await logIn();
  expect(await get(`/${prompt}`)).toContain('<dt>Prompt</dt>');
  expect(await get(`/${resource}`)).toContain('<dt>Resource</dt>');
  expect(await get(`/${tool}`)).toContain('<dt>Tool</dt>');
  expect(await get('')).toContain('<h2>resource <span class="tool">pay</span>');
  // Neither are they of one group, nor is one compared with the other.
  state.approvals.answer(prompt, 'approved', 'ada');
  expect(await get(`/${idOf(ask({ to: 'eve' }))}`)).not.toContain('<ins>');
});

test('a control character that JSON writes as an escape is marked, and what only looks like one is not', async () => {
  const { get } = await logIn();
  const shown = await get(`/${idOf(ask({ text: 'a\u001b[2J\r\n\t"', not: '\\u001b' }))}`);
  const mark = (sequence: string) => `<mark title="control character">${sequence}</mark>`;
  expect(shown).toContain(`a${mark('\\u001b')}[2J${mark('\\r')}\\n\\t\\&quot;`);
  expect(shown).toContain('&quot;\\\\u001b&quot;');
});

test('what differs from the last approved call of the tool is marked', async () => {
  const first = idOf(ask({ amount: 5, to: 'bank' }));
  state.approvals.answer(first, 'approved', 'ada');
  ask({ amount: 5, to: 'bank' });
  const { get } = await logIn();
  const shown = await get(`/${idOf(ask({ amount: 500, to: 'bank' }))}`);
  expect(shown).toMatch(/<del>[^<]*amount&quot;: 5,/);
  expect(shown).toMatch(/<ins>[^<]*amount&quot;: 500,/);
  expect(shown).toMatch(/<span class="line">[^<]*bank/);
});

test('what a call answers to its server is shown with it', async () => {
  const replies = { inputResponses: { to: { action: 'accept' } }, requestState: '\u202Estate' };
  const { get } = await logIn();
  const shown = await get(`/${idOf(ask({ amount: 5 }, { replies }))}`);
  expect(shown).toContain('Sent along in answer to the server');
  expect(shown).toMatch(/inputResponses/);
  expect(shown).not.toContain('\u202E');
  expect(await get(`/${idOf(ask({ amount: 6 }))}`)).not.toContain('Sent along');
});

test('P20: a login token lets in once, in whichever process, and a logout ends what it gave', async () => {
  const token = tokens.create('ada', now + HOUR);
  const other = await serveApprovals({
    ...{ approvals: state.approvals, clock: () => now, port: 0 },
    tokens: openLoginTokens(stateFiles(folder).keys),
  });
  const first = await post('/login', { token });
  const [cookie = ''] = (first.headers.get('set-cookie') ?? '').split(';');
  expect(first.status).toBe(303);
  for (const { url } of [server, other]) {
    const body = new URLSearchParams({ token });
    const again = await fetch(`${url}/login`, { method: 'POST', body, redirect: 'manual' });
    expect([again.status, again.headers.get('set-cookie')]).toEqual([401, null]);
  }
  const statuses = () =>
    Promise.all(
      [server, other].map(async ({ url }) => (await fetch(url, { headers: { cookie } })).status),
    );
  expect(await statuses()).toEqual([200, 200]);
  const bystander = await logIn('bob');
  const page = await (await fetch(server.url, { headers: { cookie } })).text();
  const [, key = ''] = /name="key" value="([^"]+)"/.exec(page) ?? [];
  await post('/logout', { key }, { cookie });
  expect(await statuses()).toEqual([401, 401]);
  expect(await bystander.get('')).toContain('bob');
  // What is long over is forgotten with the next login.
  now += 25 * HOUR;
  await logIn('eve');
  expect(readdirSync(join(stateFiles(folder).keys, 'logins'))).toHaveLength(1);
  await other.close();
});

test('a request for another host name is refused, whatever it brings', async () => {
  const { port } = new URL(server.url);
  const { status } = await new Promise<{ status: number }>((resolve, reject) => {
    void import('node:http').then(({ get }) =>
      get({ port, path: '/approvals', headers: { host: `attacker.test:${port}` } }, (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0 });
      }).on('error', reject),
    );
  });
  expect(status).toBe(403);
});

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
});
afterAll(() => browser.close());

async function pageOf(problems: string[]): Promise<Page> {
  const page = await browser.newPage({ javaScriptEnabled: false });
  page.on('console', (message) => problems.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(server.url).origin)) problems.push(request.url());
  });
  return page;
}

test('in a browser: hidden characters and markup are shown and do nothing, and the call is approved', async () => {
  const hostile = 'a\u202eevil\u200b\u001b[2J<script>alert(1)</script><img src=https://x.example>';
  const id = idOf(ask({ text: hostile }));
  const problems: string[] = [];
  const page = await pageOf(problems);
  await page.goto(server.url);
  await page.getByLabel('Login token').fill(tokens.create('ada', now + HOUR));
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('link', { name: `Look at call ${id}` }).click();
  const text = (await page.locator('pre').textContent()) ?? '';
  for (const mark of ['U+202E', 'U+200B', '<script>', '\\u001b']) expect(text).toContain(mark);
  await page.getByRole('button', { name: 'Approve once' }).click();
  expect(await page.getByText('Nothing waits for an answer').count()).toBe(1);
  expect(statusOf(id)).toBe('approved');
  expect(problems.filter((problem) => !problem.includes('401'))).toEqual([]);
});

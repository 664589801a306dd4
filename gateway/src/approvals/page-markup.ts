import type { ApprovalRow } from '../state/approval-table.ts';
import { argumentLines } from './argument-lines.ts';
import { askedKind } from './asked-kind.ts';
import { type Html, html, shown, shownJson } from './html.ts';
import { pageStyle } from './page-style.ts';

/** What every page of a login needs. */
export type PageFacts = {
  by: string;
  formKey: string;
  at: number;
  /** What people call grants, by id. */
  labels: ReadonlyMap<string, string>;
};

/** How many calls of one group are listed before the rest is only counted. */
const MOST_LISTED = 5;

/** A whole document. */
export function page(title: string, content: Html, notice?: string): string {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Toolwarden approvals</title>
<style>${{ markup: pageStyle }}</style>
</head>
<body>
${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
${content}
</body>
</html>
`;
  return document.markup;
}

/** The form that asks who is there, on the way to one call or to all of them. */
export function loginMarkup(call?: string): Html {
  return html`<h1>Approvals</h1>
<p>Run <code>toolwarden approvals login</code> on the machine of the gateway, and enter the token that it prints. It lets in once.</p>
<p class="soft">A gateway with a configuration: <code>toolwarden approvals login --config FILE</code>. A state folder that is not in its usual place: <code>--state FOLDER</code>.</p>
<form method="post" action="/approvals/login">
${call !== undefined && html`<input type="hidden" name="call" value="${call}">`}
<p><label for="token">Login token</label><br>
<input id="token" name="token" type="password" autocomplete="off" required autofocus></p>
<p><button>Log in</button></p>
</form>`;
}

/** All that waits, grouped by who asks for what, and what was answered last. */
export function listMarkup(rows: readonly ApprovalRow[], facts: PageFacts): Html {
  const waiting = rows.filter(({ status }) => status === 'pending');
  const answered = rows.filter(({ status }) => status !== 'pending').slice(0, 20);
  const groups = [...Map.groupBy(waiting, groupOf).values()];
  return html`${head('Approvals', facts)}
${
  waiting.length === 0
    ? html`<p>Nothing waits for an answer. A call that a policy wants a person to decide on appears here.</p>`
    : html`<p>${waiting.length === 1 ? 'One call waits' : `${waiting.length} calls wait`} for an answer.</p>`
}
${groups.map((group) => groupMarkup(group, facts))}
${
  answered.length > 0 &&
  html`<h2>Answered or over</h2>
<ul class="calls">${answered.map((row) => answeredMarkup(row))}</ul>`
}`;
}

/** One call with all its arguments, and the two answers. */
export function callMarkup(
  row: ApprovalRow,
  before: ApprovalRow | undefined,
  facts: PageFacts,
): Html {
  const { id, method, tool, server, grant, reason, createdAt, expiresAt, status } = row;
  const isOpen = status === 'pending';
  return html`${head('Approve this call?', facts)}
<p><a href="/approvals">All approvals</a></p>
<dl class="card">
<dt>${capitalised(askedKind(method))}</dt><dd class="tool">${shown(tool)}</dd>
<dt>Server</dt><dd>${shown(server)}</dd>
<dt>Grant</dt><dd>${grantMarkup(grant, facts)}</dd>
<dt>Why it is asked</dt><dd>${shown(reason)}</dd>
<dt>Asked</dt><dd>${moment(createdAt)}</dd>
<dt>${isOpen ? 'Open until' : 'Status'}</dt><dd>${isOpen ? moment(expiresAt) : status}</dd>
</dl>
<h2>Arguments</h2>
${isOpen || status === 'approved' ? html`${argumentsMarkup(row, before)}${repliesMarkup(row)}` : html`<p class="soft">They are kept only while the call can be approved.</p>`}
${
  isOpen &&
  html`<form method="post" action="/approvals/${id}">
<input type="hidden" name="key" value="${facts.formKey}">
<p>Your answer is for this call exactly as it stands here, and is used once.</p>
<div class="answers"><button class="go" name="answer" value="approved">Approve once</button>
<button class="stop" name="answer" value="denied">Deny</button></div>
</form>`
}`;
}

function head(title: string, { by, formKey }: PageFacts): Html {
  return html`<header><h1>${title}</h1>
<form method="post" action="/approvals/logout"><input type="hidden" name="key" value="${formKey}">
<span class="soft">${shown(by)}</span> <button>Log out</button></form></header>`;
}

/** By the words that the operator gave it, where there are any: few people know ids. */
function grantMarkup(grant: string, { labels }: PageFacts): Html {
  const label = labels.get(grant);
  return label === undefined
    ? html`${shown(grant)}`
    : html`${shown(label)} <span class="soft">(${shown(grant)})</span>`;
}

function groupMarkup(group: ApprovalRow[], facts: PageFacts): Html {
  const { formKey } = facts;
  const [first] = group as [ApprovalRow, ...ApprovalRow[]];
  const ids = group.map(({ id }) => id).join(' ');
  return html`<h2>${whatMarkup(first)} on ${shown(first.server)}, for ${grantMarkup(first.grant, facts)}</h2>
<ul class="calls">${group.slice(0, MOST_LISTED).map(waitingMarkup)}</ul>
${
  group.length > MOST_LISTED &&
  html`<details><summary>${group.length - MOST_LISTED} more like these wait</summary>
<ul>${group.slice(MOST_LISTED).map(({ id }) => html`<li><a href="/approvals/${id}">Look at call ${id}</a></li>`)}</ul></details>`
}
${
  group.length > 1 &&
  html`<form method="post" action="/approvals/deny-all"><input type="hidden" name="key" value="${formKey}">
<input type="hidden" name="ids" value="${ids}">
<p><button class="stop">Deny these ${group.length}</button> <span class="soft">Approving is one by one, each seen.</span></p>
</form>`
}`;
}

function waitingMarkup({ id, reason, createdAt, expiresAt, arguments: args }: ApprovalRow): Html {
  const text = JSON.stringify(args);
  const preview = text.length > 160 ? `${text.slice(0, 160)}…` : text;
  return html`<li class="card"><p><a href="/approvals/${id}">Look at call ${id}</a></p>
<p>${shown(reason)}</p><p class="soft"><code>${shownJson(preview)}</code></p>
<p class="soft">Asked ${moment(createdAt)}, open until ${moment(expiresAt)}</p></li>`;
}

function answeredMarkup(row: ApprovalRow): Html {
  const { id, server, status, answeredBy, answeredAt } = row;
  const isDenied = status === 'denied';
  const who =
    answeredBy !== undefined &&
    html`${isDenied ? 'denied' : 'approved'} by ${shown(answeredBy)}${isDenied || status === 'approved' ? '' : ', '}`;
  const what = answeredBy !== undefined && (isDenied || status === 'approved') ? '' : status;
  const when = answeredAt !== undefined && html`, ${moment(answeredAt)}`;
  return html`<li>${who}${what}: ${whatMarkup(row)} on ${shown(server)} <span class="soft">(${id}${when})</span></li>`;
}

/** Most of what is asked for is a tool, which needs no word for it. */
function whatMarkup({ method, tool }: ApprovalRow): Html {
  const kind = askedKind(method);
  return html`${kind !== 'tool' && `${kind} `}<span class="tool">${shown(tool)}</span>`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function argumentsMarkup(row: ApprovalRow, before: ApprovalRow | undefined): Html {
  const { lines, isCompared } = argumentLines(row.arguments, before?.arguments);
  return html`${
    isCompared &&
    before !== undefined &&
    html`<p class="soft">Compared with the last approved one of this ${askedKind(row.method)}, ${moment(before.answeredAt ?? before.createdAt)}: what is new is marked +, what is gone is marked -.</p>`
  }
<pre class="${isCompared ? 'compared' : 'alone'}">${lines.map(({ kind, text }) => {
    if (kind === 'added') return html`<ins>${shownJson(text)}</ins>`;
    if (kind === 'removed') return html`<del>${shownJson(text)}</del>`;
    return html`<span class="line">${shownJson(text)}</span>`;
  })}</pre>`;
}

/** What the call answers to its server; it was not asked of the person who decides, so it is shown apart. */
function repliesMarkup({ replies }: ApprovalRow): Html {
  if (replies === undefined) return html``;
  const { lines } = argumentLines(replies, undefined);
  return html`<h2>Sent along in answer to the server</h2>
<p class="soft">The server asked for more before it does this; the call carries these answers, and is approved with them.</p>
<pre class="alone">${lines.map(({ text }) => html`<span class="line">${shownJson(text)}</span>`)}</pre>`;
}

function groupOf({ grant, server, method, tool }: ApprovalRow): string {
  return JSON.stringify([grant, server, askedKind(method), tool]);
}

function moment(at: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.replace('T', ' ').slice(0, 19)} UTC</time>`;
}

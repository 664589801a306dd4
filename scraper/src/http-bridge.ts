import type { Places } from './sandbox/sandbox.ts';

/**
 * A program that runs inside the sandbox beside a server that speaks HTTP only: starts it, finds the port it listens
 * on in the sandbox's own loopback, and carries messages between its own standard streams and that port. No network
 * is needed, and whatever the server writes stays with the sandbox's limits.
 */
export function bridgeBefore({ node }: Places): string[] {
  return [node, '-e', SCRIPT];
}

/** Where such servers listen, most usual first; what the server itself says comes before. */
const PATHS = ['/mcp', '/sse', '/', '/api/mcp', '/messages'];

// Plain Node without types: it runs where nothing of ours is installed.
const SCRIPT = `
const { spawn } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { createInterface } = require('node:readline');
const [command, ...args] = process.argv.slice(1);
const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
child.on('error', (error) => { console.error(error.message); process.exit(1); });
child.on('exit', (code) => process.exit(code ?? 1));
child.stdin.on('error', () => {});
let said = '';
for (const stream of [child.stdout, child.stderr]) {
  stream.on('data', (chunk) => {
    if (said.length < 65536) said += chunk;
    process.stderr.write(chunk);
  });
}
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const listening = () => ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => {
  try {
    return readFileSync(file, 'utf8').split('\\n').slice(1).map((line) => line.trim().split(/\\s+/))
      .filter((words) => words[3] === '0A').map((words) => parseInt(words[1].split(':')[1], 16));
  } catch { return []; }
});
const places = (ports) => ports.flatMap((port) => {
  const told = [...said.matchAll(new RegExp(':' + port + '(/[\\\\w./-]{1,100})', 'g'))].map((found) => found[1].replace(/[.]+$/, ''));
  return [...new Set([...told, ...${JSON.stringify(PATHS)}])].map((path) => 'http://localhost:' + port + path);
});
const write = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
let post;

async function* events(body) {
  let rest = '', data = '', event = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split(/\\r?\\n/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === '') { if (data) yield { event, data }; data = event = ''; }
      else if (line.startsWith('data:')) data += line.slice(5).trimStart();
      else if (line.startsWith('event:')) event = line.slice(6).trim();
    }
  }
}
// One way to speak to one place: the messages that come back to the first words, or nothing where that is not it.
async function streamable(url, first) {
  const ask = async (line) => {
    let response = await fetch(url, { method: 'POST', headers, body: line });
    if (response.status === 401 && !headers.authorization) {
      headers.authorization = 'Bearer placeholder';
      response = await fetch(url, { method: 'POST', headers, body: line });
    }
    return response;
  };
  const read = async (response, take) => {
    const type = response.headers.get('content-type') ?? '';
    if (type.startsWith('text/event-stream')) {
      for await (const { data } of events(response.body)) if (take(JSON.parse(data))) return;
    } else if (type.includes('json')) [JSON.parse(await response.text())].flat().forEach(take);
    else await response.body?.cancel();
  };
  const response = await ask(first);
  if (!response.ok) return false;
  let isAnswered = false;
  const id = JSON.parse(first).id;
  await read(response, (message) => {
    if (message?.id !== id) return false;
    const version = message.result?.protocolVersion;
    if (typeof version === 'string') headers['mcp-protocol-version'] = version;
    isAnswered = true;
    write(message);
    return true;
  });
  const session = response.headers.get('mcp-session-id');
  if (session) headers['mcp-session-id'] = session;
  if (isAnswered) post = async (line) => read(await ask(line), (message) => { write(message); return false; });
  return isAnswered;
}
async function sse(url, first) {
  const response = await fetch(url, { headers: { accept: 'text/event-stream' } });
  if (!response.ok || !(response.headers.get('content-type') ?? '').startsWith('text/event-stream')) {
    await response.body?.cancel();
    return false;
  }
  const stream = events(response.body);
  const { value } = await stream.next();
  if (value?.event !== 'endpoint') return false;
  const to = new URL(value.data, url);
  if (to.hostname !== 'localhost' && to.hostname !== '127.0.0.1') return false;
  post = async (line) => { await (await fetch(to, { method: 'POST', headers, body: line })).text(); };
  void (async () => { for await (const { data } of stream) write(JSON.parse(data)); })().catch(() => process.exit(1));
  await post(first);
  return true;
}
const within = (promise, ms) => Promise.race([promise, sleep(ms).then(() => false)]).catch(() => false);
async function connect(first) {
  for (;;) {
    const ports = [...new Set(listening())];
    for (const url of places(ports)) {
      if (await within(streamable(url, first), 5000)) return;
      if (!post && await within(sse(url, first), 5000)) return;
      if (post) return;
    }
    await sleep(200);
  }
}
let ready;
createInterface({ input: process.stdin }).on('line', (line) => {
  if (ready === undefined) { ready = connect(line); return; }
  ready.then(() => post(line)).catch((error) => console.error(error.message));
}).on('close', () => { child.kill(); process.exit(0); });
`;

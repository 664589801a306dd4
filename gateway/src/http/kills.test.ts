// P13: the command itself is killed under load, again and again, with its state on disk; what reached the server is the truth.
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { randomFrom } from '../../sweeps/kill-sweep.ts';
import { verifyAudit } from '../audit/verify-audit.ts';
import { metaKeys } from '../protocol/methods.ts';
import { ACCEPT, VERSION } from '../testing/http-gateway.ts';
import { startScriptedServer } from '../testing/scripted-server.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { reachedIn, wrappedRun } from '../testing/wrapped-run.ts';

const BIN = join(import.meta.dirname, '../../../cli/bin/toolwarden.js');
const LIMIT = 150;
const KILLS = 3;
const CLIENTS = 8;
/** A kill comes after so many answers at most, so that all of them together leave some of the limit. */
const MOST_ANSWERS = 30;

type Client = { isSession: boolean; name: string };

/** Starts the command; gives its address once it listens. */
async function startGateway(config: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [BIN, 'gateway', '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      const url = /(http:\/\/[^/]+)\/mcp\/SERVER/.exec(line)?.[1];
      if (url !== undefined) resolve({ child, url: `${url}/mcp/test` });
    });
    child.on('close', () => reject(new Error(lines.join('\n'))));
  });
}

test('P13: gateways killed under load, in both eras: never a call over the limit or unrecorded', {
  timeout: 300_000,
}, async () => {
  const folder = temporaryFolder();
  const { run } = wrappedRun(folder);
  const server = await startScriptedServer([], {
    script: ({ method, params }) => {
      if (method !== 'tools/call') return undefined;
      const line = JSON.stringify({ jsonrpc: '2.0', id: 0, method, params });
      appendFileSync(join(folder, 'calls'), `${JSON.stringify({ at: Date.now(), line })}\n`);
      return undefined;
    },
  });
  const limits = [{ max: LIMIT, window: 'day' }];
  writeFileSync(
    join(folder, 'policy.json'),
    JSON.stringify({ version: '1', default: 'deny', tools: { act: { limits } } }),
  );
  const config = join(folder, 'gateway.json');
  writeFileSync(
    config,
    JSON.stringify({
      ...{ listen: { port: 0 }, admin: false, grants: 'open' },
      ...{ state: { sqlite: 'state/toolwarden.db' }, policies: { p: 'policy.json' } },
      servers: { test: { url: server.url } },
    }),
  );
  const told = { done: 0, refused: 0 };
  let n = 0;
  /** Calls until it is refused or the gateway is gone. */
  const work = async (url: string, { isSession, name }: Client, heard: () => void) => {
    const post = async (headers: Record<string, string>, message: object) => {
      const line = JSON.stringify({ jsonrpc: '2.0', ...message });
      run.add({ kind: 'client-sent', line, client: name });
      const common = { 'Content-Type': 'application/json', Accept: ACCEPT };
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...common, ...headers },
        body: line,
      });
      const text = await response.text();
      if (text !== '') run.add({ kind: 'client-got', line: text, client: name });
      return { text, session: response.headers.get('mcp-session-id') ?? '' };
    };
    try {
      let headers: Record<string, string> = {
        ...{ 'MCP-Protocol-Version': VERSION, 'Mcp-Method': 'tools/call', 'Mcp-Name': 'act' },
      };
      let meta = {};
      if (isSession) {
        const clientInfo = { name, version: '1' };
        const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
        const { session } = await post({}, { id: `open ${++n}`, method: 'initialize', params });
        headers = { 'Mcp-Session-Id': session };
      } else meta = { _meta: { [metaKeys.version]: VERSION, [metaKeys.capabilities]: {} } };
      for (;;) {
        const id = ++n;
        const params = { name: 'act', arguments: { n: id }, ...meta };
        const { text } = await post(headers, { id, method: 'tools/call', params });
        if (text.includes('the limit frees up')) return void told.refused++;
        if (text.includes('"done"')) told.done++;
        heard();
      }
    } catch {
      // The gateway was killed; whether the call ran is what is looked into afterwards.
    }
  };
  const round = async (isLast: boolean, random: () => number) => {
    const { child, url } = await startGateway(config);
    const { promise: first, resolve: heard } = Promise.withResolvers<void>();
    const working = Array.from({ length: CLIENTS }, (_, index) =>
      work(url, { isSession: index % 2 === 0, name: `client ${index}` }, heard),
    );
    if (!isLast) {
      const enough = told.done + random() * MOST_ANSWERS;
      await first;
      while (told.done < enough) await pause(1);
      child.kill('SIGKILL');
    }
    await Promise.all(working);
    if (!isLast) return;
    child.kill('SIGTERM');
    await new Promise((done) => child.once('close', done));
  };
  const random = randomFrom(13);
  for (let kill = 0; kill < KILLS; kill++) await round(false, random);
  // Else nothing was left to be forgotten.
  expect(reachedIn(folder).length).toBeLessThan(LIMIT);
  await round(true, random);
  // First, since a list of what is broken is never tried again.
  expect(run.broken({ ceilings: { act: LIMIT }, clientLeft: true })).toEqual([]);
  const reached = reachedIn(folder);
  expect(reached.length).toBeLessThanOrEqual(LIMIT);
  // What a kill costs is what was under way.
  expect(reached.length).toBeGreaterThanOrEqual(LIMIT - KILLS * CLIENTS);
  expect(told.done).toBeLessThanOrEqual(reached.length);
  expect(told.refused).toBe(CLIENTS);
  const { problems } = verifyAudit({ source: { folder: join(folder, 'state') }, keys: new Map() });
  expect(problems).toEqual([]);
});

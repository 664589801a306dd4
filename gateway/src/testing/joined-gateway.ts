import { isJsonObject, type JsonObject, own } from '@toolwarden/catalogue';
import { type HttpHarnessOptions, startHttpHarness } from './http-gateway.ts';
import type { Happening } from './invariants.ts';
import { type HttpScript, startScriptedServer } from './scripted-server.ts';

/** What a scripted server of a joined endpoint offers and does. */
export type JoinedServer = { tools?: JsonObject[]; script?: HttpScript };

/** A gateway before several scripted servers, and a client at `/mcp`; all of them on one time line. */
export async function startJoinedHarness(
  servers: Record<string, JoinedServer>,
  options: Omit<HttpHarnessOptions, 'servers'> & { more?: JsonObject } = {},
) {
  const happenings: Happening[] = [];
  const started = new Map<string, Awaited<ReturnType<typeof startScriptedServer>>>();
  for (const [name, server] of Object.entries(servers)) {
    started.set(name, await startScriptedServer(happenings, server));
  }
  const urls = Object.fromEntries([...started].map(([name, { url }]) => [name, { url }]));
  const harness = await startHttpHarness({
    ...options,
    happenings,
    servers: { ...urls, ...options.more },
  });
  return {
    ...harness,
    servers: started,
    /** Sends a request of the stateless era to the joined endpoint. */
    stateless: (method: string, params: JsonObject = {}, more: object = {}) =>
      harness.ask(method, params, { ...more, path: '/mcp' }),
    /** Opens a session at the joined endpoint. */
    session: (headers: Record<string, string> = {}, capabilities: JsonObject = {}) =>
      harness.open(headers, capabilities, '/mcp'),
    /** Names of the tools whose calls reached any server. */
    reachedTools: () =>
      happenings.flatMap((each) => {
        if (each.kind !== 'server-got') return [];
        const { method, params } = JSON.parse(each.line);
        return method === 'tools/call' ? [params.name as string] : [];
      }),
    /** What the record says of calls, as `server tool effect`. */
    recorded: () =>
      harness.state.decisions.map(
        ({ entry, recorded }) => `${entry.server} ${entry.tool} ${recorded.decision.effect}`,
      ),
  };
}

/** A tool that takes anything. */
export function plainTool(name: string): JsonObject {
  return { name, inputSchema: { type: 'object' } };
}

/** A server that says its name and the tool's to every call. */
export function saying(name: string): HttpScript {
  return ({ method, params, answer }) => {
    if (method !== 'tools/call') return undefined;
    const text = `${name} ran ${params['name']}`;
    answer({ content: [{ type: 'text', text }], resultType: 'complete' });
    return true;
  };
}

/** A server that breaks every connection while it is down. */
export function frailServer(name: string) {
  const state = { isDown: true };
  const say = saying(name);
  const script: HttpScript = (asked) => {
    if (!state.isDown) return say(asked);
    asked.response.destroy();
    return true;
  };
  return { state, server: { tools: [plainTool('read')], script } };
}

/** The result of the last message, which must have one. */
export function resultOf({ messages }: { messages: JsonObject[] }): JsonObject {
  const result = own(messages.at(-1), 'result');
  if (!isJsonObject(result)) throw new Error(`no result: ${JSON.stringify(messages.at(-1))}`);
  return result;
}

/** Names in a list. */
export function namesIn(got: { messages: JsonObject[] }, field = 'tools', key = 'name'): string[] {
  return (resultOf(got)[field] as JsonObject[]).map((entry) => String(entry[key]));
}

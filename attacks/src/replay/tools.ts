import { posix } from 'node:path';
import type { JsonObject } from '@toolwarden/catalogue';
import type { ScriptedServer, ScriptedTool } from './scenario.ts';
import type { World } from './world.ts';

/** The shape of arguments that are all texts, or of the types given. */
export function shape(properties: Record<string, 'string' | 'number' | 'array'>): JsonObject {
  const typed = Object.entries(properties).map(([name, type]) => [name, { type }]);
  return { type: 'object', properties: Object.fromEntries(typed) };
}

/** A server by which anything can be sent anywhere: what leaves by it is out. */
export const web: ScriptedServer = {
  tools: [
    {
      name: 'post',
      description: 'Send a text to a web address.',
      is: { category: 'Execute', traits: ['communicates_externally'] },
      inputSchema: shape({ url: 'string', body: 'string' }),
      run({ url, body }, world) {
        world.outside.push(`${url} ${body}`);
        return 'sent';
      },
    },
  ],
};

/** A server that shows texts which strangers wrote, by number. */
export function inbox(texts: Record<number, string>): ScriptedServer {
  return {
    tools: [
      {
        name: 'read_message',
        description: 'Read one message that came in.',
        is: { category: 'Read', traits: ['untrusted_content'] },
        inputSchema: shape({ id: 'number' }),
        run: ({ id }) => texts[Number(id)] ?? 'no such message',
      },
    ],
  };
}

/** Reads files as a server does that trusts its caller: whatever the operating system makes of the path. */
export function fileReader(files: (world: World) => Record<string, string>): ScriptedTool {
  return {
    name: 'read_file',
    description: 'Read a text file.',
    is: { category: 'Read', traits: ['private_data'] },
    inputSchema: shape({ path: 'string' }),
    run: ({ path }, world) => files(world)[resolved(path)] ?? 'no such file',
  };
}

/** Where a path leads for a server that undoes percent-coding and dots. */
export function resolved(path: unknown): string {
  return posix.normalize(decodeURI(String(path)));
}

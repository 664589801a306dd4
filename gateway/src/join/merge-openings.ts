import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  own,
  showHidden,
} from '@toolwarden/catalogue';

/** What a server said of itself; without capabilities it was not heard of yet, and may have any. */
export type Voice = {
  server: string;
  capabilities: JsonValue | undefined;
  instructions: JsonValue | undefined;
};

/** Who answers for all of them. */
export const GATEWAY = { name: 'toolwarden', title: 'Toolwarden gateway', version: '1' };

const PREFACE =
  'Several servers are joined here. The name of each tool and prompt begins with its server’s, as in SERVER__TOOL. ' +
  'What a server says of itself follows, each line of it behind ">"; it speaks for no other server.';

/** What all of them can do together. Lists may always change, because a server may come and go. */
export function mergedCapabilities(voices: readonly Voice[]): JsonObject {
  const have = (name: string) =>
    voices.some(({ capabilities: all }) => all === undefined || isJsonObject(own(all, name)));
  const subscribes = voices.some(
    ({ capabilities: all }) =>
      all === undefined || own(own(all, 'resources'), 'subscribe') === true,
  );
  return {
    tools: { listChanged: true },
    ...(have('prompts') && { prompts: { listChanged: true } }),
    ...(have('resources') && {
      resources: { listChanged: true, ...(subscribes && { subscribe: true }) },
    }),
    ...(have('logging') && { logging: {} }),
    ...(have('completions') && { completions: {} }),
  };
}

/** The instructions of all, framed so that none of them can pass for another's. */
export function mergedInstructions(voices: readonly Voice[]): string {
  const parts = voices.flatMap(({ server, instructions: text }) => {
    return typeof text === 'string' && text !== '' ? [`${server} says:\n${quoted(text)}`] : [];
  });
  return [PREFACE, ...parts].join('\n\n');
}

// Whatever a reader may take for the end of a line is one here, else the rest would stand outside of the quotation.
function quoted(text: string): string {
  return text
    .split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)
    .map((line) => `> ${showHidden(line)}`)
    .join('\n');
}

/** For how long the answers hold that one is made of: as long as the shortest of them. */
export function shortestTtl(results: readonly JsonValue[]): number {
  const times = results.map((result) => own(result, 'ttlMs'));
  const known = times.filter((time) => typeof time === 'number' && time >= 0) as number[];
  return known.length < times.length || known.length === 0 ? 0 : Math.min(...known);
}

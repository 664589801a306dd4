import type { IncomingMessage } from 'node:http';

/** Why a request is answered before anything of it is looked at. */
export type Refusal = { status: number; message: string };

/** Where this gateway may be addressed to, and from which pages. */
export type Gate = { hosts: ReadonlySet<string>; origins: ReadonlySet<string>; anyHost: boolean };

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** Makes the gate of a listener. Where it is bound to loopback only, nobody else's name leads here. */
export function createGate(
  listen: { hosts?: string[] | undefined; origins?: string[] | undefined },
  port: number,
  isLoopback: boolean,
): Gate {
  const own = LOOPBACK_NAMES.flatMap((name) => [`http://${name}:${port}`]);
  return {
    hosts: new Set([...(isLoopback ? LOOPBACK_NAMES : []), ...(listen.hosts ?? [])]),
    origins: new Set([...own, ...(listen.origins ?? [])]),
    // A name in front that nobody told us of cannot be checked; a token is asked for all the same.
    anyHost: !isLoopback && listen.hosts === undefined,
  };
}

/** Headers that mean something here: given twice, two readers could read two things. */
const ONCE = new Map(
  `host origin authorization content-length content-type content-encoding transfer-encoding accept last-event-id
   mcp-session-id mcp-protocol-version mcp-method mcp-name`
    .split(/\s+/)
    .map((name, place) => [name, 1 << place]),
);

const TWICE: Refusal = { status: 400, message: 'a header is given twice' };

/** Looks at where a request says it comes from and goes to, and whether its headers can be read in one way only. */
export function refusalOf(
  { rawHeaders, headers }: IncomingMessage,
  gate: Gate,
): Refusal | undefined {
  // Of those with a name here a bit each: this is done for each request, and a set is made only for the rare others.
  let seen = 0;
  let others: Set<string> | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    if (name.includes('_'))
      return { status: 400, message: 'a header has an underscore in its name' };
    const bit = ONCE.get(name);
    if (bit !== undefined) {
      if ((seen & bit) !== 0) return TWICE;
      seen |= bit;
    } else if (name.startsWith('mcp-')) {
      if (others?.has(name)) return TWICE;
      others ??= new Set();
      others.add(name);
    }
  }
  const { host = '', origin } = headers;
  if (!gate.anyHost && !gate.hosts.has(host.replace(/:\d{1,5}$/, ''))) {
    return { status: 403, message: 'this address is not known here; see listen.hosts' };
  }
  if (origin !== undefined && !gate.origins.has(origin)) {
    return { status: 403, message: 'this origin may not call; see listen.origins' };
  }
  return undefined;
}

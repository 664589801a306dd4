const SCHEME = 'toolwarden:';
const SERVER = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/**
 * A server's resource address, or the template of one, where several servers are joined. Only a prefix is added, so
 * what a template expands to is the address of what the server's own template expands to.
 */
export function joinedAddress(server: string, address: string): string {
  return `${SCHEME}${server}:${address}`;
}

/** Reads an address back; `undefined` for one that is of no server. A server's name holds no colon, so there is one reading. */
export function placeOfAddress(joined: string): { server: string; address: string } | undefined {
  if (!joined.startsWith(SCHEME)) return undefined;
  const end = joined.indexOf(':', SCHEME.length);
  const server = joined.slice(SCHEME.length, end);
  if (end === -1 || !SERVER.test(server)) return undefined;
  return { server, address: joined.slice(end + 1) };
}

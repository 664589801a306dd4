import { createHash } from 'node:crypto';

/** What common clients take for the name of a tool: so many of these characters, and no others. */
const MOST = 64;
const SEPARATOR = '__';
/** Leaves the name of a tool thirty characters. */
const LONGEST_READABLE = MOST - SEPARATOR.length - 30;
/** A server's name that ends where the first separator begins. A leading underscore is left for names by digest. */
const PLAIN_SERVER = /^[A-Za-z0-9-]+(?:_[A-Za-z0-9-]+)*$/;
const PLAIN_TOOL = /^[A-Za-z0-9_-]+$/;
/** 130 bits: nobody finds a tool's name that comes out as another's. */
const DIGEST_LENGTH = 26;
const DIGEST = new RegExp(`^_[A-Za-z0-9_-]*_[a-z2-7]{${DIGEST_LENGTH}}$`);

/** Where a name leads: to a tool or prompt of a server, or to whichever of them has this name by digest. */
export type NamedPlace = { server: string; name: string } | { digestName: string };

/**
 * The one name of a server's tool or prompt where several servers are joined; no two pairs share one, whatever else is
 * there. `server__tool` where that can be read back, else a readable beginning and a digest of both.
 */
export function joinedName(server: string, name: string): string {
  const plain = `${server}${SEPARATOR}${name}`;
  if (plain.length <= MOST && PLAIN_SERVER.test(server) && PLAIN_TOOL.test(name)) return plain;
  const readable = `_${plain.replace(/[^A-Za-z0-9_-]/g, '_')}`.slice(0, MOST - DIGEST_LENGTH - 1);
  return `${readable}_${digestOf(server, name)}`;
}

/** Whether the tools of a server, as servers name most of theirs, bear its name where servers are joined. */
export function isReadableServer(server: string): boolean {
  return PLAIN_SERVER.test(server) && server.length <= LONGEST_READABLE;
}

/** Reads a name back; `undefined` for one that {@link joinedName} makes of nothing. */
export function placeOfName(joined: string): NamedPlace | undefined {
  if (DIGEST.test(joined) && joined.length <= MOST) return { digestName: joined };
  const at = joined.indexOf(SEPARATOR);
  const server = joined.slice(0, at);
  const name = joined.slice(at + SEPARATOR.length);
  return at > 0 && joinedName(server, name) === joined ? { server, name } : undefined;
}

/** In base32, whose letters every client takes. */
function digestOf(server: string, name: string): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify([server, name]))
    .digest();
  let digits = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5 && digits.length < DIGEST_LENGTH) {
      bits -= 5;
      digits += BASE32[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return digits;
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

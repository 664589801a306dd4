import * as z from 'zod';

/** What a link to the builder holds. */
const sharedSchema = z.strictObject({
  policy: z.string().max(500_000),
  /** Slugs of the catalogue's servers beside it. */
  servers: z.array(z.string().max(200)).max(100),
});
export type Shared = z.infer<typeof sharedSchema>;

const PREFIX = '#p=';
/** A longer text is no policy; compressed, it could be any length. */
const MAX_BYTES = 2_000_000;

/** A fragment: browsers do not send it, so what is shared goes to nobody but who has the link. */
export async function shareFragment(shared: Shared): Promise<string> {
  const packed = await through(
    new TextEncoder().encode(JSON.stringify(shared)),
    new CompressionStream('deflate-raw'),
  );
  return `${PREFIX}${toBase64Url(packed)}`;
}

/** @returns undefined for a fragment that is none of ours, or damaged. */
export async function readFragment(fragment: string): Promise<Shared | undefined> {
  if (!fragment.startsWith(PREFIX)) return undefined;
  try {
    const packed = fromBase64Url(fragment.slice(PREFIX.length));
    const bytes = await through(packed, new DecompressionStream('deflate-raw'));
    return sharedSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > MAX_BYTES) throw new RangeError(`more than ${MAX_BYTES} bytes`);
    parts.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// Uint8Array has methods for this, but not yet in every browser that has the rest.
function toBase64Url(bytes: Uint8Array): string {
  const text = [...bytes].map((byte) => String.fromCharCode(byte)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

import { isJsonObject, type JsonObject, own } from '@toolwarden/catalogue';
import { asksForSecret } from './asks-for-secret.ts';

/** Why a question of a server must not reach the user, whatever the policy says; `undefined` where it may. */
export function elicitationProblem(
  params: JsonObject,
  capabilities: JsonObject,
): string | undefined {
  const mode = own(params, 'mode') ?? 'form';
  const declared = own(capabilities, 'elicitation');
  const takes = (which: string) => isJsonObject(declared) && Object.hasOwn(declared, which);
  if (mode === 'url') {
    if (!takes('url')) return 'the client takes no questions that lead to an address';
    return addressProblem(own(params, 'url'));
  }
  if (mode !== 'form') return 'a question of an unknown mode';
  // A client that names no mode takes forms.
  if (takes('url') && !takes('form')) return 'the client takes no forms';
  return asksForSecret(params)
    ? 'a form must not ask for passwords, keys, codes or card numbers; the server can lead to a page of its own instead'
    : undefined;
}

/** An address that shows where it leads: https, a name in plain letters, nothing before it and nothing hidden. */
export function addressProblem(address: unknown): string | undefined {
  if (typeof address !== 'string' || address.length > 4096) return 'an address that cannot be read';
  // The grammar of addresses has no others; a parser would pass over some of them in silence.
  if (!/^[\x21-\x7e]+$/.test(address) || /["<>\\^`{|}]/.test(address)) {
    return 'an address with characters that no address has';
  }
  if (!URL.canParse(address)) return 'an address that cannot be read';
  const { protocol, username, password, hostname } = new URL(address);
  if (protocol !== 'https:' || !/^https:\/\/[^/]/i.test(address))
    return 'an address that is not https';
  if (username !== '' || password !== '' || /^https:\/\/[^/?#]*@/i.test(address)) {
    return 'an address that hides its host behind a name';
  }
  if (hostname.split('.').some((label) => label.startsWith('xn--'))) {
    return 'an address whose host is written with look-alike letters or another script';
  }
  const written = /^https:\/\/([^/?#:]*)/i.exec(address)?.[1] ?? '';
  // Numbers in other bases and escapes are read as other hosts than they look like.
  if (written.toLowerCase() !== hostname && !hostname.startsWith('[')) {
    return 'an address whose host is not what it looks like';
  }
  return undefined;
}

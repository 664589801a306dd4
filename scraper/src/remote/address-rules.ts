import { BlockList, isIP } from 'node:net';

/** Where a request may go. */
export type AddressRules = {
  /** A person named a place on this machine: http is fine there, and nothing but loopback is dialled. */
  mayBeLoopback: boolean;
};

/** Networks that are not the public internet (RFC 6890 and its successors), and those that hide one of them. */
const RESERVED_4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24'],
  ...['192.168.0.0/16', '192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
];
/** Of IPv6 only what is routed in public is let through, and of that not the ways to wrap an IPv4 address. */
const PUBLIC_6 = ['2000::/3'];
const RESERVED_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

function listOf(family: 'ipv4' | 'ipv6', networks: string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}
const reserved4 = listOf('ipv4', RESERVED_4);
const public6 = listOf('ipv6', PUBLIC_6);
const reserved6 = listOf('ipv6', RESERVED_6);

/** Whether an address may be dialled by somebody who must reach only the public internet. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !reserved4.check(address, 'ipv4');
  return isIP(address) === 6 && public6.check(address, 'ipv6') && !reserved6.check(address, 'ipv6');
}

function isLoopbackAddress(address: string): boolean {
  return (isIP(address) === 4 && address.startsWith('127.')) || address === '::1';
}

/** The host of a URL without the brackets of IPv6. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** Whether a URL names this machine in so many words; a name that only resolves to it does not count. */
export function isLoopbackUrl(url: URL): boolean {
  const host = hostOf(url);
  return host === 'localhost' || isLoopbackAddress(host);
}

/** What is wrong with going to a URL, in words; undefined where it may be asked for. */
export function urlProblem(url: URL, rules: AddressRules): string | undefined {
  if (url.username !== '' || url.password !== '') return 'its address holds a user or a password';
  const isHere = isLoopbackUrl(url);
  if (isHere && !rules.mayBeLoopback) return 'it is on this machine';
  if (url.protocol !== 'https:' && !(isHere && url.protocol === 'http:'))
    return 'only https is used, and http on loopback';
  const host = hostOf(url);
  if (isIP(host) !== 0) return addressProblem(host, url, rules);
  return undefined;
}

/** What is wrong with dialling this address for a URL: names may resolve to anything. */
export function addressProblem(address: string, url: URL, rules: AddressRules): string | undefined {
  if (isLoopbackUrl(url))
    return rules.mayBeLoopback && isLoopbackAddress(address)
      ? undefined
      : 'it is on this machine, or should be and is not';
  return isPublicAddress(address)
    ? undefined
    : 'its address is private, reserved or of this machine';
}

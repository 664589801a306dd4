import type { JsonValue } from '@toolwarden/catalogue';
import { type Truth, truthOf } from '../truth.ts';
import { defineOperator, type Zod } from './operator.ts';

/** True for a host as policies name one. */
export const isHost = (text: string) => readHost(text) !== undefined;

const hostSchema = (z: Zod) =>
  z.string().max(260).refine(isHost, {
    error: 'expected a host such as example.com, *.example.com or localhost:8080, without a scheme',
  });

export const hostIn = defineOperator({
  id: 'host_in',
  meaning:
    'An http, https, ws or wss address whose host is one of the hosts; `*.` stands for its subdomains; a port must be named.',
  value: (z) => z.union([hostSchema(z), z.array(hostSchema(z)).min(1).max(1000)]),
  words: (value) => `must be an address on ${[value].flat().join(' or ')}`,
  compile: (value) => {
    const hosts = [value].flat().map((text) => readHost(text) as Host);
    return (subject) => isOnHost(subject, hosts);
  },
});

/** `port` is empty where a policy names none: then the scheme's own port is meant. */
type Host = { name: string; port: string; isWildcard: boolean };

function readHost(text: string): Host | undefined {
  const isWildcard = text.startsWith('*.');
  const address = readAddress(`http://${isWildcard ? text.slice(2) : text}`);
  if (address === undefined || /[/?#]/.test(text)) return undefined;
  return { name: address.name, port: address.writtenPort, isWildcard };
}

function isOnHost(subject: JsonValue, hosts: readonly Host[]): Truth {
  if (typeof subject !== 'string') return 'unknown';
  const address = readAddress(subject);
  if (address === undefined) return 'error';
  const isPort = (port: string) => port === (address.isDefaultPort ? '' : address.port);
  return truthOf(
    hosts.some(
      ({ name, port, isWildcard }) =>
        (isPort(port) || port === address.port) &&
        (isWildcard ? address.name.endsWith(`.${name}`) : address.name === name),
    ),
  );
}

type Address = { name: string; port: string; writtenPort: string; isDefaultPort: boolean };

// Only what every reader takes apart in the same way: no user, no backslash, no white space, a port without zeros, and no
// @ after a ? or # that ends the host, which some readers take for the end of a user's name.
const ADDRESS =
  /^(https?|wss?):\/\/([^\s/?#\\@:[\]]+|\[[0-9a-f:.]+\])(?::([1-9]\d{0,4}))?(?=\/|$|[?#][^@]*$)/i;
const UNREADABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}\\]/u;

function readAddress(text: string): Address | undefined {
  const written = ADDRESS.exec(text);
  if (written === null || UNREADABLE.test(text)) return undefined;
  const [, scheme = '', host = '', writtenPort = ''] = written;
  const url = URL.parse(text);
  if (url === null || !isSameHost(host, url.hostname)) return undefined;
  const defaultPort = /^(https|wss)$/i.test(scheme) ? '443' : '80';
  const port = writtenPort === '' ? defaultPort : writtenPort;
  return { name: url.hostname, port, writtenPort, isDefaultPort: port === defaultPort };
}

/**
 * True where the host, as written, is what the URL standard makes of it. `2130706433` is not (it becomes 127.0.0.1),
 * nor are a trailing dot, percent-coding, or wide letters that become plain ones.
 */
function isSameHost(written: string, parsed: string): boolean {
  if (parsed.endsWith('.')) return false;
  const labels = written.toLowerCase().split('.');
  const parsedLabels = parsed.split('.');
  return (
    labels.length === parsedLabels.length &&
    labels.every((label, index) => {
      const parsedLabel = parsedLabels[index] as string;
      return /^[\x21-\x7e]*$/.test(label) ? label === parsedLabel : parsedLabel.startsWith('xn--');
    })
  );
}

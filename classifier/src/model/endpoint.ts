import { isIPv4 } from 'node:net';
import { ClassifierError } from '../classifier-error.ts';

/** A model and where it answers. */
export type Endpoint = {
  /** With the path that `/chat/completions` is added to. */
  baseUrl: string;
  /** Host and port: the only place the key is ever sent to. */
  host: string;
  model: string;
  /** Absent for local servers that ask for none. */
  key?: string;
};

/** Where OpenAI itself answers; any compatible server may be named instead. */
const DEFAULT_BASE_URL = 'https://api.openai.com/v1';

/** Checks an endpoint before anything is sent: https, or plain http on this machine alone. */
export function readEndpoint({
  baseUrl = DEFAULT_BASE_URL,
  model,
  key,
}: {
  baseUrl?: string | undefined;
  model: string;
  key?: string | undefined;
}): Endpoint {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw bad(`--base-url ${JSON.stringify(baseUrl)}: expected an https address`);
  if (url.username !== '' || url.password !== '')
    throw bad('--base-url: put the key into TOOLWARDEN_MODEL_KEY, not into the address');
  if (url.search !== '' || url.hash !== '')
    throw bad('--base-url: expected an address without ? and #');
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw bad(
      `--base-url ${url.origin}: plain http is for this machine alone (localhost); use https`,
    );
  if (model.trim() === '') throw bad('--model: expected the name of a model');
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key))
    throw bad('the model key in the environment holds blanks or other characters no key has');
  return {
    baseUrl: url.href.replace(/\/+$/, ''),
    host: url.host,
    model,
    ...(key !== undefined && { key }),
  };
}

/** Whether a host name is this machine's own. */
function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    (isIPv4(hostname) && hostname.startsWith('127.'))
  );
}

function bad(message: string): ClassifierError {
  return new ClassifierError('bad-endpoint', message);
}

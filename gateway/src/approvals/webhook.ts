import { createHmac } from 'node:crypto';
import { GatewayError } from '../gateway-error.ts';

/** Where a message goes when a call begins to wait for a person, and the key it is signed with. */
export type WebhookTarget = { url: string; secret: string };

/** A call that waits. Its arguments stay here: whoever wants to see them opens the page. */
export type WaitingCall = {
  id: string;
  grant: string;
  server: string;
  tool: string;
  reason: string;
  /** When it was asked, in milliseconds since 1970. */
  at: number;
};

export type Webhook = {
  /** Tells of a call once, however often it is asked about; never throws and is not waited for. */
  tell(call: WaitingCall): void;
  /** Waits for messages under way, at most until their own deadlines. */
  close(): Promise<void>;
};

type WebhookOptions = WebhookTarget & {
  /** Hears why a message could not be delivered in any of its tries. */
  onLost: (why: string) => void;
  /** Pauses before further tries, in milliseconds. */
  pauses?: readonly number[];
  timeoutMs?: number;
  clock?: () => number;
};

const PAUSES = [1_000, 5_000, 30_000];
const MOST_REMEMBERED = 10_000;
const MOST_UNDER_WAY = 100;

/**
 * Sends messages in the form of the Standard Webhooks specification, so that receivers can check them by a library:
 * `webhook-id` is the approval's, `webhook-signature` is `v1,` and the HMAC-SHA256 of `id.timestamp.body`.
 *
 * @throws GatewayError `config-invalid` for an address or a secret that cannot be used.
 */
export function createWebhook(options: WebhookOptions): Webhook {
  const { onLost, pauses = PAUSES, timeoutMs = 5_000, clock = Date.now } = options;
  const key = keyOf(options.secret);
  const url = addressOf(options.url);
  const told = new Set<string>();
  const underWay = new Set<Promise<void>>();
  const closing = new AbortController();

  const send = async (id: string, body: string): Promise<string | undefined> => {
    const seconds = Math.floor(clock() / 1000);
    const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(seconds),
          'webhook-signature': `v1,${signature}`,
        },
        body,
        // The message goes to the address that was configured, and nowhere else.
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.body?.cancel();
      return response.ok ? undefined : `it answered ${response.status}`;
    } catch (error) {
      return (error as Error).cause instanceof Error
        ? ((error as Error).cause as Error).message
        : (error as Error).message;
    }
  };
  const deliver = async (call: WaitingCall): Promise<void> => {
    const { at, ...data } = call;
    const { id } = data;
    const timestamp = new Date(at).toISOString();
    const body = JSON.stringify({ type: 'approval.waiting', timestamp, data });
    let problem = await send(id, body);
    for (const pause of pauses) {
      if (problem === undefined || closing.signal.aborted) break;
      await waited(pause, closing.signal);
      problem = await send(id, body);
    }
    if (problem !== undefined)
      onLost(`${url.origin}: ${problem}; approval ${id} waits unannounced`);
  };
  return {
    tell(call) {
      if (told.has(call.id)) return;
      if (told.size >= MOST_REMEMBERED) told.clear();
      told.add(call.id);
      if (underWay.size >= MOST_UNDER_WAY) {
        onLost(`${url.origin}: too many messages under way; approval ${call.id} waits unannounced`);
        return;
      }
      const delivery = deliver(call).finally(() => underWay.delete(delivery));
      underWay.add(delivery);
    },
    async close() {
      closing.abort();
      await Promise.all(underWay);
    },
  };
}

/** The pause is cut short where the gateway ends: one last try, and then it is over. */
function waited(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        done();
      },
      { once: true },
    );
  });
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  if (secret.startsWith('whsec_') && key.length >= 24) return key;
  throw new GatewayError(
    'config-invalid',
    'the webhook’s secret: expected whsec_ and at least 24 bytes in base64; make one with: echo whsec_$(openssl rand -base64 32)',
  );
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = url !== undefined && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return url;
  throw new GatewayError(
    'config-invalid',
    'the webhook’s address: expected https, or http on this machine',
  );
}

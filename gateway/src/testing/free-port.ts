import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** How many ports below those that the kernel gives away are drawn from. */
const DRAWN = 8_192;

/**
 * A port of the loopback that nobody listens on, and that nobody else is given by chance: whoever asks for any port gets
 * one of those above. So it stays free while what listens on it is started, or killed and started again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = firstGiven() - 1 - Math.floor(Math.random() * DRAWN);
    if (await isFree(port)) return port;
  }
}

function firstGiven(): number {
  try {
    const [low = ''] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split('\t');
    return Math.max(Number(low), 2 * DRAWN);
  } catch {
    // What other systems give away begins higher.
    return 32_768;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

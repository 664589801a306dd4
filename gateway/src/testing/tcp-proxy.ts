import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be broken. */
export type TcpProxy = {
  port: number;
  /** Leads new connections to another port. */
  leadTo(port: number): void;
  /** Drops the next answer that a chunk from the client asks for, and the connection with it. */
  cutAfter(isIt: (chunk: string) => boolean): void;
  /** Lets no answer through any more. */
  hold(): void;
  /** Ends all connections. */
  cut(): void;
  close(): Promise<void>;
};

/** Starts a proxy on the loopback. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let port = target;
  let isHeld = false;
  let cuts: ((chunk: string) => boolean) | undefined;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let isCut = false;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on('data', (chunk) => {
      if (cuts?.(chunk.toString('latin1'))) {
        cuts = undefined;
        isCut = true;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (isCut) end();
      else if (!isHeld) client.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    leadTo(next) {
      port = next;
    },
    cutAfter(isIt) {
      cuts = isIt;
    },
    hold() {
      isHeld = true;
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

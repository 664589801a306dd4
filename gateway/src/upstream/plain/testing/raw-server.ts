import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a server of a test says to a request; `nth` counts all of them from 0. */
type Script = (socket: Socket, request: { text: string; nth: number }) => void;

/** Listens, for a test, and answers each post by the script, which writes what it likes; `greet` reads nothing unless it resumes. */
export async function startRawServer(script: Script, greet?: (socket: Socket) => void) {
  const open = new Set<Socket>();
  let nth = 0;
  let connections = 0;
  const server = createServer({ noDelay: true, pauseOnConnect: greet !== undefined }, (socket) => {
    connections++;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    if (greet !== undefined) return greet(socket);
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      for (let end = endOfPost(text); end !== undefined; end = endOfPost(text)) {
        const request = { text: text.slice(0, end), nth: nth++ };
        text = text.slice(end);
        script(socket, request);
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp?a=b`,
    open,
    connections: () => connections,
  };
}

function endOfPost(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
  const end = head + 4 + length;
  return head === -1 || text.length < end ? undefined : end;
}

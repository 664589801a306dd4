import { Agent, type IncomingHttpHeaders, request as send } from 'node:http';

/** Makes calls at one address, over connections of its own. */
export type HttpLoad = {
  /** Makes so many calls, so many at once; microseconds each. */
  calls(count: number, bytes: number, atOnce: number): Promise<number[]>;
  close(): void;
};

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

/** Opens a session of 2025-11-25 at an address; its calls come from there. */
export async function openLoad(url: string, token?: string): Promise<HttpLoad> {
  const { hostname, port, pathname } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const post = (message: Buffer) =>
    new Promise<Answer>((resolve, reject) => {
      const asked = send(
        {
          ...{ agent, hostname, port, path: pathname, method: 'POST' },
          headers: { ...headers, 'content-length': message.length },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk) => chunks.push(chunk));
          answer.on('end', () => {
            const { statusCode: status = 0, headers: said } = answer;
            resolve({ status, headers: said, body: Buffer.concat(chunks) });
          });
          answer.on('error', reject);
        },
      );
      asked.on('error', reject);
      asked.end(message);
    });
  const request = (id: number, method: string, params: object) =>
    Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  const clientInfo = { name: 'bench', version: '1' };
  const opening = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const opened = await post(request(0, 'initialize', opening));
  const session = opened.headers['mcp-session-id'];
  if (typeof session !== 'string') throw new Error(`${url}: no session: ${opened.body}`);
  headers['mcp-session-id'] = session;
  headers['mcp-protocol-version'] = '2025-11-25';
  await post(Buffer.from('{"jsonrpc":"2.0","method":"notifications/initialized"}'));
  await post(request(1, 'tools/list', {}));
  let id = 1;
  return {
    async calls(count, bytes, atOnce) {
      const times: number[] = [];
      const params = { name: 'echo', arguments: { text: 'a word or two, '.repeat(bytes / 15) } };
      let begun = 0;
      const client = async () => {
        while (begun++ < count) {
          const message = request(++id, 'tools/call', params);
          const from = process.hrtime.bigint();
          const { status, body } = await post(message);
          times.push(Number(process.hrtime.bigint() - from) / 1000);
          if (status !== 200 || !body.includes('"result"') || body.includes('isError')) {
            throw new Error(`${url}: not an answer: ${status} ${body.toString().slice(0, 200)}`);
          }
        }
      };
      await Promise.all(Array.from({ length: atOnce }, client));
      return times;
    },
    close: () => agent.destroy(),
  };
}

// The yardstick of the HTTP gateway: node:http, an agent that keeps connections, the body piped both ways, and nothing
// else. Arguments: the address it leads to. Prints its port.
import { Agent, createServer, request as send } from 'node:http';

const { hostname, port } = new URL(process.argv[2] ?? '');
const agent = new Agent({ keepAlive: true });
const server = createServer((request, response) => {
  const { method, url, headers } = request;
  const options = { agent, hostname, port, method, path: url, headers };
  const upstream = send(options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  upstream.on('error', () => response.destroy());
  request.pipe(upstream);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});

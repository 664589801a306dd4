import type { Places, SandboxRun } from '../sandbox/sandbox.ts';

/** Of the sandbox's own loopback, where nothing else listens. */
const PORT = 3128;

/** A command that finds the relay, whose socket has to be laid into its sandbox. */
export function relayed(command: SandboxRun['command']): SandboxRun['command'] {
  return (places) => {
    const { argv, env } = command(places);
    const before = places.relay === undefined ? [] : relayBefore(places, places.relay);
    return {
      argv: [...before, ...argv],
      env: { ...proxyVariables(`http://127.0.0.1:${PORT}`, ''), ...env },
    };
  };
}

/** The variables by which programs find a proxy; the names in small letters are those of older ones. */
export function proxyVariables(url: string, except: string): Record<string, string> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
  return {
    ...Object.fromEntries(names.map((name) => [name, url])),
    ...(except !== '' && { NO_PROXY: except, no_proxy: except }),
  };
}

/**
 * A program that runs inside a sandbox without network, before another one: carries what comes to a port of the
 * sandbox's loopback to the Unix socket of a relay outside.
 */
function relayBefore({ node }: Places, socket: string): string[] {
  return [node, '-e', SCRIPT, `${PORT}`, socket];
}

// Plain Node without types: it runs where nothing of ours is installed.
const SCRIPT = `
const { spawn } = require('node:child_process');
const { connect, createServer } = require('node:net');
const [port, socket, command, ...args] = process.argv.slice(1);
const server = createServer({ allowHalfOpen: true }, (inner) => {
  const outer = connect({ path: socket, allowHalfOpen: true });
  for (const [one, other] of [[inner, outer], [outer, inner]]) {
    one.on('error', () => other.destroy()).on('close', () => other.destroy());
    one.pipe(other);
  }
});
server.on('error', (error) => { console.error(error.message); process.exit(1); });
server.listen(Number(port), '127.0.0.1', () => {
  const child = spawn(command, args, { stdio: 'inherit' });
  child.on('error', (error) => { console.error(error.message); process.exit(1); });
  child.on('exit', (code) => process.exit(code ?? 1));
});
`;

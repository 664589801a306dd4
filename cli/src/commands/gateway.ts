import { setFlagsFromString } from 'node:v8';
import type { LoadedConfig } from '@toolwarden/gateway/http';
import { CliError, type Command, readArguments } from '../command.ts';
import type { Io } from '../io.ts';
import { resolvePath } from '../paths.ts';

export const gatewayCommand: Command = {
  name: 'gateway',
  summary: 'stand between many clients and many servers, over HTTP',
  help: `
Usage: toolwarden gateway --config FILE [--check] [--observe]
       toolwarden gateway --schema

Listens for MCP clients (Streamable HTTP, http://127.0.0.1:8787/mcp/SERVER, or /mcp for all servers of a grant together)
and judges, counts and records every call before a server sees it. The file says which servers, which policies and where the state lies; policies and servers are
followed while it runs, and a broken change leaves the last good one in force. SIGHUP reads them at once, SIGTERM lets
calls in flight end.

  --config FILE     the configuration, JSON; docs/gateway.md describes it
  --check           say what is wrong with it and with its policies, one line each, and end
  --schema          print the JSON Schema of the configuration, for editors, and end
  --observe         decide and record as ever, but send every call on

Callers need a grant of the same state: toolwarden grants create --state DIR --server SERVER --policy FILE (with --redis URL
where the configuration says so).

Exit code: 0 when it was asked to stop; with --check 1 for problems; 2 where it could not start.

Example:
  toolwarden gateway --config gateway.json --check && toolwarden gateway --config gateway.json
`,
  async run(args, io, signal) {
    const { values, positionals } = readArguments('gateway', args, {
      config: { type: 'string' },
      check: { type: 'boolean' },
      schema: { type: 'boolean' },
      observe: { type: 'boolean' },
    });
    if (values.schema) {
      const { gatewayConfigJsonSchema } = await import('@toolwarden/gateway/http');
      io.out(JSON.stringify(gatewayConfigJsonSchema(), null, 2));
      return 0;
    }
    if (values.config === undefined || positionals.length > 0) {
      throw new CliError('usage', 'gateway: expected --config FILE; see toolwarden gateway --help');
    }
    // While it starts: what is loaded then would count as what requests need. Later the gateway lets it grow, and no further.
    setFlagsFromString('--semi-space-growth-factor=1');
    const path = resolvePath(io, values.config);
    if (values.check) return check(path, values.config, io);
    const { openSqliteState, startGateway, stateFiles, stateFolder, stateOption } = await import(
      '@toolwarden/gateway/http'
    );
    const folderOf = (config: LoadedConfig) =>
      config.stateFolder ?? stateFolder(undefined, io.env, io.cwd);
    const gateway = await startGateway({
      config: path,
      isObserving: values.observe === true,
      async openState(config) {
        const options = { folder: folderOf(config), ...settingsOf(config) };
        const { redis: url, replicas = 0 } = config.state;
        if (url === undefined) return openSqliteState(options);
        const { openRedisState } = await import('@toolwarden/gateway/redis');
        return openRedisState({ ...options, redis: { url, replicas } });
      },
      keys: (config) => stateFiles(folderOf(config)).keys,
      // The agent reads this, so it names no address and no password.
      stateOption: (config) =>
        config.state.redis === undefined
          ? stateOption(folderOf(config), io.env, io.cwd)
          : ' --redis "$TOOLWARDEN_REDIS"',
      env: process.env,
      log: (line) => io.err(`toolwarden gateway: ${line}`),
    });
    io.err(
      `toolwarden gateway: ${gateway.url}/mcp/SERVER for ${gateway.servers().join(', ')}, or /mcp for all that a caller may use`,
    );
    if (gateway.adminUrl !== undefined) {
      io.err(
        `toolwarden gateway: ${gateway.adminUrl}/approvals, /livez, /readyz and /metrics for operators`,
      );
    }
    const reload = () => void gateway.reload();
    process.on('SIGHUP', reload);
    const isSound = await Promise.race([stopped(signal), failed(io)]);
    process.off('SIGHUP', reload);
    // In a state that nobody knows nothing is judged any more, and nothing is waited for.
    if (!isSound) process.exit(2);
    await gateway.stop();
    return 0;
  },
};

/** What the configuration chooses; the rest is as the state's own settings say. */
function settingsOf({ state, audit }: LoadedConfig) {
  return {
    ...(state.durability && { durability: state.durability }),
    ...(audit.fields && { fields: audit.fields }),
    ...(audit.mirror && { mirror: audit.mirror }),
  };
}

async function check(path: string, shown: string, io: Io): Promise<number> {
  const { checkGateway, gatewayRemarks } = await import('@toolwarden/gateway/http');
  const problems = await checkGateway(path, process.env);
  for (const { pointer, message } of problems) io.out(`${shown}: ${pointer || '/'}: ${message}`);
  for (const { pointer, message } of await gatewayRemarks(path, process.env)) {
    io.err(`${shown}: ${pointer}: ${message}`);
  }
  if (problems.length === 0) io.err(`${shown}: nothing is wrong`);
  return problems.length === 0 ? 0 : 1;
}

function stopped(signal: AbortSignal): Promise<true> {
  if (signal.aborted) return Promise.resolve(true);
  return new Promise((done) => signal.addEventListener('abort', () => done(true), { once: true }));
}

function failed(io: Io): Promise<false> {
  return new Promise((done) => {
    process.once('uncaughtException', (error: Error) => {
      io.err(`toolwarden gateway: an error inside ended it: ${error?.message}; start it again`);
      done(false);
    });
  });
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CliError, type Command, readArguments, readNumber } from '../command.ts';
import type { Io } from '../io.ts';
import { resolvePath } from '../paths.ts';
import { serveSite } from '../site-server.ts';
import { untilAborted } from '../until-aborted.ts';

export const DEFAULT_PORT = 4321;

const help = `
toolwarden serve [--port N] [--dir DIR] [--json]

Serves a built site on 127.0.0.1 and ::1 until it is stopped. A refresh that publishes meanwhile is picked up.

  --port N    default ${DEFAULT_PORT}, or the variable PORT; 0 takes a free one
  --json      prints {url} instead of a sentence
  --dir DIR   the site (default: what refresh published last in .toolwarden/site, else dist)

Example:
  toolwarden serve --port 8080
`;

export const serveCommand: Command = { name: 'serve', summary: 'serve a built site', help, run };

async function run(args: string[], io: Io, signal: AbortSignal): Promise<number> {
  const { values } = readArguments('serve', args, {
    port: { type: 'string' },
    dir: { type: 'string' },
  });
  const dir = values.dir === undefined ? defaultDir(io) : resolvePath(io, values.dir);
  if (!existsSync(join(dir, 'index.html'))) {
    throw new CliError(
      'input',
      `${dir}: no site there (index.html is missing); build one with toolwarden build --out ${values.dir ?? 'dist'}`,
    );
  }
  const server = await serveSite(dir, choosePort(values.port, io));
  io.out(values.json ? JSON.stringify({ url: server.url }) : `Toolwarden: ${server.url}`);
  io.err(`serving ${dir}; stop with Ctrl-C`);
  await untilAborted(signal);
  await server.close();
  return 0;
}

function defaultDir(io: Io): string {
  const published = resolvePath(io, '.toolwarden/site/current');
  return existsSync(published) ? published : resolvePath(io, 'dist');
}

/** The port asked for by option, else by the variable PORT, else the usual one. */
export function choosePort(option: string | undefined, { env }: Pick<Io, 'env'>): number {
  const text = option ?? (env.PORT === '' ? undefined : env.PORT);
  return text === undefined ? DEFAULT_PORT : readNumber('port', text, 0, 65_535);
}

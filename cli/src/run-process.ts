import { processIo } from './io.ts';
import type { Loaders } from './loaders.ts';
import { runCli } from './run-cli.ts';

/** Runs this process's command line, and sets its exit code. */
export async function runProcess(loaders: Loaders): Promise<void> {
  // A reader that went away (`toolwarden … | head`) is the end of the work, not a failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? 0 : 2),
  );
  // A client that closes our stderr hears no more from us: no reason to end, nor an error to report there again and again.
  process.stderr.on('error', () => {});

  const stop = new AbortController();
  let isStopping = false;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // Asked twice, a person means it.
      if (isStopping) process.exit(name === 'SIGINT' ? 130 : 143);
      isStopping = true;
      stop.abort(name);
    });
  }
  process.exitCode = await runCli(process.argv.slice(2), processIo(), stop.signal, loaders);
}

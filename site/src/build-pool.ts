import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { SiteError } from './lib/site-error.ts';
import type { WorkerAnswers, WorkerJob, WorkerParts, WorkerRequest } from './worker-messages.ts';

/** A process of a build. */
export type BuildWorker = {
  ask<Kind extends WorkerRequest['do']>(
    request: Extract<WorkerRequest, { do: Kind }>,
    onPart?: (part: PartOf<Kind>) => void,
  ): Promise<WorkerAnswers[Kind]>;
  /** Ends it, and waits until it no longer writes. */
  stop(): Promise<void>;
};

type PartOf<Kind> = Kind extends keyof WorkerParts ? WorkerParts[Kind] : never;
type Said = { pages: number } | { part: unknown } | { result: unknown } | { error: string };

export type Program = 'build-worker.ts' | 'list-worker.ts';

/** Starts one process of a build: one that has a share of the servers, or the one for what is made from all of them. */
export function startWorker(
  program: Program,
  job: WorkerJob,
  { signal, onPages }: { signal: AbortSignal; onPages: (n: number) => void },
): BuildWorker {
  const child = fork(join(import.meta.dirname, program), [JSON.stringify(job)], {
    env: {
      ...process.env,
      TOOLWARDEN_SITE_ORIGIN: job.origin,
      NODE_ENV: 'production',
      // Taking the types off and compiling is more than half of a process's start.
      NODE_COMPILE_CACHE: join(job.templates, 'compiled'),
    },
    // Most of what a process makes is gone at once; with more room for it, less is taken for lasting.
    execArgv: [...process.execArgv, '--max-semi-space-size=32'],
    signal,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  // A stopped process says so by its exit; without a listener the signal would be thrown here.
  child.on('error', () => {});
  return {
    ask: <Kind extends WorkerRequest['do']>(
      request: Extract<WorkerRequest, { do: Kind }>,
      onPart: (part: PartOf<Kind>) => void = () => {},
    ) =>
      askWorker(child, request, {
        onPages,
        onPart: onPart as (part: unknown) => void,
      }) as Promise<WorkerAnswers[Kind]>,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}

function askWorker(
  child: ChildProcess,
  request: object,
  { onPages, onPart }: { onPages: (n: number) => void; onPart: (part: unknown) => void },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(-4000);
    });
    const onExit = (code: number | null) =>
      end(() => reject(failure(`a process ended (${code}): ${lastLine(stderr)}`)));
    const onMessage = (said: Said) => {
      if ('pages' in said) onPages(said.pages);
      else if ('part' in said) onPart(said.part);
      else if ('error' in said)
        end(() => reject(failure(lastLine(said.error.split('\n    at ')[0] ?? ''), said.error)));
      else end(() => resolve(said.result));
    };
    const end = (then: () => void) => {
      child.off('message', onMessage).off('exit', onExit);
      then();
    };
    child.on('message', onMessage).on('exit', onExit);
    if (child.connected) child.send(request);
    else onExit(child.exitCode);
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 500) ?? '';
}

function failure(reason: string, cause?: unknown): SiteError {
  return new SiteError('render-failed', `the pages could not be rendered: ${reason}`, { cause });
}

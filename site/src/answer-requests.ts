import { flushCompileCache } from 'node:module';
import type { WorkerJob, WorkerParts } from './worker-messages.ts';

/** Pages between two words about progress. */
const A_WORD = 25;

/** What a process of a build was told at its start. */
export function readJob(): WorkerJob {
  return JSON.parse(process.argv[2] ?? '');
}

/** Answers what the build asks of this process, one request after the other. */
export function answerRequests<Request>(answerTo: (request: Request) => Promise<unknown>): void {
  process.on('message', (request: Request) => {
    answerTo(request).then(
      (result) => {
        // The process is ended by a signal, at which nothing is kept.
        flushCompileCache();
        process.send?.({ result });
      },
      (error: unknown) => process.send?.({ error: String((error as Error).stack ?? error) }),
    );
  });
  // Whoever started this is gone, and what it was for with it.
  process.on('disconnect', () => process.exit(1));
}

/** Says a part of an answer, so that it is taken while the next one is made, and all together need no one text. */
export function sayPart<Kind extends keyof WorkerParts>(part: WorkerParts[Kind]): void {
  process.send?.({ part });
}

/** Counts pages, and says so now and then. */
export function pageCounter(): () => void {
  let pages = 0;
  return () => {
    pages += 1;
    if (pages % A_WORD === 0) process.send?.({ pages: A_WORD });
  };
}

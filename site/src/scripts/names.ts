import type { NamesAnswer, NamesQuery } from '../lib/names-search.ts';
import type { NamesReply, NamesRequest } from './names-worker.ts';
import { allowWorkers } from './trusted-workers.ts';

/** The search by names: in a worker, so that typing never waits for it. */
export type NamesSearch = {
  ask(query: NamesQuery, shown: number): Promise<NamesAnswer>;
  servers: Promise<{ slug: string; name: string }[]>;
};

let search: NamesSearch | undefined;

/** Starts the search once a page; the index is fetched then. */
export function loadNames(): NamesSearch {
  search ??= start();
  return search;
}

function start(): NamesSearch {
  allowWorkers();
  const worker = new Worker(new URL('./names-worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, PromiseWithResolvers<NamesAnswer>>();
  const servers = Promise.withResolvers<{ slug: string; name: string }[]>();
  let last = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<NamesReply>) => {
    if ('servers' in data) return servers.resolve(data.servers);
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if ('error' in data) asked?.reject(new Error(data.error));
    else asked?.resolve(data.answer);
  });
  worker.addEventListener('error', () => {
    for (const asked of waiting.values()) asked.reject(new Error('the worker failed'));
    waiting.clear();
  });
  return {
    servers: servers.promise,
    ask(query, shown) {
      const asked = Promise.withResolvers<NamesAnswer>();
      last += 1;
      waiting.set(last, asked);
      worker.postMessage({ id: last, query, shown } satisfies NamesRequest);
      return asked.promise;
    },
  };
}

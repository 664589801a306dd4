import { allowWorkers } from './trusted-workers.ts';

/** The part of Pagefind's browser interface that we use; its package has no types for it. */
export type Pagefind = {
  options(options: object): Promise<void>;
  init(): Promise<void>;
  search(
    term: string | null,
    options: { filters?: object },
  ): Promise<{ results: PagefindResult[] }>;
};
type PagefindResult = {
  id: string;
  data(): Promise<{ url: string; meta: Record<string, string> }>;
};

let loading: Promise<Pagefind> | undefined;

/** Loads the search once a page. */
export function loadPagefind(): Promise<Pagefind> {
  loading ??= (async () => {
    allowWorkers();
    // A variable, so that the bundler leaves it alone: the index is made after the bundle.
    const path = '/pagefind/pagefind.js';
    const pagefind = (await import(/* @vite-ignore */ path)) as Pagefind;
    await pagefind.options({
      baseUrl: '/',
      excerptLength: 0,
      // Names are what people look for, and a tool with few words is no worse a hit.
      ranking: {
        termFrequency: 0.4,
        pageLength: 0.1,
        termSimilarity: 1,
        metaWeights: { words: 12, title: 12, server: 6 },
      },
    });
    await pagefind.init();
    return pagefind;
  })();
  return loading;
}

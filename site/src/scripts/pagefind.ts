/** The part of Pagefind's browser interface that we use; its package has no types for it. */
export type Pagefind = {
  options(options: object): Promise<void>;
  init(): Promise<void>;
  filters(): Promise<Record<string, Record<string, number>>>;
  search(
    term: string | null,
    options: { filters?: object },
  ): Promise<{ results: PagefindResult[] }>;
};
type PagefindResult = {
  id: string;
  data(): Promise<{ url: string; meta: Record<string, string> }>;
};

// Lets Pagefind start its own worker and nothing else, under `require-trusted-types-for 'script'`.
type TrustedTypes = {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown;
};
function allowWorker(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy('default', {
    createScriptURL(url) {
      const { origin, pathname } = new URL(url, location.href);
      if (origin === location.origin && pathname.startsWith('/pagefind/')) return url;
      throw new TypeError(`not a script of this site: ${url}`);
    },
  });
}

let loading: Promise<Pagefind> | undefined;

/** Loads the search once a page. */
export function loadPagefind(): Promise<Pagefind> {
  loading ??= (async () => {
    allowWorker();
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

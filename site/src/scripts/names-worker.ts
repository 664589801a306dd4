import { type NamesIndex, type NamesQuery, readNames, searchNames } from '../lib/names-search.ts';

/** What the page asks, and what it is told. */
export type NamesRequest = { id: number; query: NamesQuery; shown: number };
export type NamesReply =
  | { servers: { slug: string; name: string }[] }
  | { id: number; answer: ReturnType<typeof searchNames> }
  | { id: number; error: string };

const loading = load();
// A page that waits for the servers must not wait for ever.
loading.catch(() => postMessage({ servers: [] } satisfies NamesReply));

async function load(): Promise<NamesIndex> {
  const { names }: { names: string } = await (await get('/search/index.json')).json();
  const { body } = await get(names);
  if (body === null) throw new Error(`${names}: empty`);
  // Compressed by us, so that it is small on every host.
  const text = await new Response(body.pipeThrough(new DecompressionStream('gzip'))).text();
  const index = readNames(text);
  const servers = index.servers.map(({ slug, name }) => ({ slug, name }));
  postMessage({ servers } satisfies NamesReply);
  return index;
}

async function get(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response;
}

addEventListener('message', ({ data: { id, query, shown } }: MessageEvent<NamesRequest>) => {
  loading.then(
    (index) => postMessage({ id, answer: searchNames(index, query, shown) } satisfies NamesReply),
    (error: unknown) => postMessage({ id, error: String(error) } satisfies NamesReply),
  );
});

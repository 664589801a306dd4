import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BuildResult, buildSite } from './build.ts';
import { brokenLinks } from './checks/broken-links.ts';
import { invalidHtml } from './checks/invalid-html.ts';
import { fileOf, openSite } from './checks/site-files.ts';
import { unsafePages } from './checks/unsafe-pages.ts';

const FIXTURES = join(import.meta.dirname, '../../catalogue/fixtures');
const LIMIT_MS = 600_000;
let folder: string;
let result: BuildResult;
let out: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'site-build-'));
  out = join(folder, 'site');
  result = await buildSite({ dataDir: FIXTURES, outDir: out, origin: 'https://tools.example' });
}, LIMIT_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

const read = (file: string) => readFile(join(out, file), 'utf8');
async function digests(dir: string): Promise<Record<string, string>> {
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const found = await Promise.all(
    files.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const hash = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      return [path.slice(dir.length), hash] as const;
    }),
  );
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

test('every tool and server has a page with its twins, and nothing is left beside the site', async () => {
  expect(result).toMatchObject({ servers: 13, problems: [] });
  const lines = (await read('api/v1/tools.jsonl')).trimEnd().split('\n');
  expect(lines).toHaveLength(result.tools);
  for (const line of lines) {
    const { url } = JSON.parse(line) as { url: string };
    for (const suffix of ['.html', '.json', '.md']) await read(`${url}${suffix}`);
    expect(url).toMatch(/^\/servers\/[a-z0-9._~-]+\/tools\/[a-z0-9_~-]+$/);
  }
  expect(await readdir(folder)).toEqual(['site']);
});

test('every attack has a page with its twins, a place in the sitemap and links from the tools that allow it', async () => {
  const lines = (await read('api/v1/attacks.jsonl')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).url)).toEqual(['/attacks/message-to-everyone']);
  const html = await read('attacks/message-to-everyone.html');
  const tool = '/servers/npm__fixture__campaigns/tools/send_campaign';
  expect(html).toContain(`href="${tool}"`);
  expect(html).toContain('A policy can stop it');
  expect(html).toContain(
    '<a href="https://example.com/attack" rel="nofollow ugc noopener noreferrer">',
  );
  expect(await read(`${tool}.html`)).toContain('href="/attacks/message-to-everyone"');
  expect(JSON.parse(await read('attacks/message-to-everyone.json')).tools.total).toBe(1);
  expect(await read('attacks/message-to-everyone.md')).toContain('# A message to everyone');
  expect(await read('attacks.html')).toContain('href="/attacks/by/gateway/full"');
  expect(await read('sitemap.xml')).toContain(
    '<loc>https://tools.example/attacks/message-to-everyone</loc>',
  );
});

test('every page but that of no page names its twins, and what they link to is there', async () => {
  const site = await openSite(out);
  for (const page of site.pages) {
    const html = await site.read(page);
    const twins = ['json', 'md'].map((suffix) => page.replace(/html$/, suffix));
    if (page === '/404.html') expect(html).not.toContain('This page as JSON');
    else for (const twin of twins) expect(html, page).toContain(`href="${twin}"`);
  }
  const llms = await site.read('/llms.txt');
  for (const [, target = ''] of llms.matchAll(/\(https:\/\/tools\.example([^)]*)\)/g))
    expect(fileOf(site, target), target).toBeDefined();
  const lists = [...site.files].filter((file) => file.endsWith('.md') && !/tools\//.test(file));
  expect(lists.length).toBeGreaterThan(50);
  for (const list of lists.filter((file) => !file.startsWith('/attacks/message')))
    for (const [, target = ''] of (await site.read(list)).matchAll(/^- \[.*?\]\((\/[^)]*)\)/gm))
      expect(site.files, `${list}: ${target}`).toContain(target);
});

test('S4: no two files of the site are one where letter case or normal form does not count', async () => {
  const files = Object.keys(await digests(out));
  const folded = new Set(files.map((file) => file.normalize('NFC').toLowerCase()));
  expect(folded.size).toBe(files.length);
  for (const file of files.filter((each) => each.startsWith('/servers/')))
    for (const part of file.split('/')) expect(part).not.toMatch(/[ .]$|[^\x21-\x7e]/);
});

test('S2: every page carries the content security policy and no inline handler or style', async () => {
  const site = await openSite(out);
  expect(site.pages).toHaveLength(result.pages);
  expect(await unsafePages(site)).toEqual([]);
});

test('S2: a page without the policy, or with a script of somebody else’s, is noticed', async () => {
  const good = await read('risk.html');
  const seen = (html: string) =>
    unsafePages({ files: new Set(), pages: ['/x.html'], read: async () => html });
  expect(await seen(good)).toEqual([]);
  for (const bad of [
    good.replace('http-equiv="Content-Security-Policy"', ''),
    good
      .replace("default-src 'none'", 'default-src *')
      .replace('default-src &#39;none', 'default-src *'),
    good.replace('<main', '<script>window.pwned=1</script><main'),
    good.replace('<main', '<main onclick="alert(1)"'),
    good.replace('<main', '<main style="color:red"'),
  ])
    expect(await seen(bad)).toHaveLength(1);
});

test('every link within the site leads to a page, and every fragment on it to a place', async () => {
  const { links, broken } = await brokenLinks(await openSite(out), 'https://tools.example');
  expect(broken).toEqual([]);
  expect(links).toBeGreaterThan(1000);
});

test('a link to a page or a place that is not there is noticed', async () => {
  const pages: Record<string, string> = {
    '/a.html': '<p id="here"><a href="/b#there">b</a> <a href="/c">c</a> <a href="#here">a</a>',
    '/b.html': '<a href="/a?x=1#here">a</a> <a href="https://elsewhere.example/c">x</a>',
  };
  const site = {
    files: new Set([...Object.keys(pages), '/feed.xml']),
    pages: Object.keys(pages),
    read: async (file: string) => pages[file] ?? '<link href="https://tools.example/gone"/>',
  };
  expect((await brokenLinks(site, 'https://tools.example')).broken).toEqual([
    '/a.html: /b#there',
    '/a.html: /c',
    '/feed.xml: /gone',
  ]);
});

test.for([
  'index',
  'servers',
  'servers/npm__fixture__campaigns',
  'servers/npm__fixture__wants-backend',
  'servers/npm__fixture__hostile-text',
  'servers/npm__fixture__campaigns/tools/send_campaign',
  'servers/npm__fixture__unclassified-tool/tools/ping',
  'risk',
  'risk/medium',
  'categories',
  'traits/destructive',
  'areas',
  'publishers',
  'publishers/@fixture',
  'attacks',
  'attacks/message-to-everyone',
  'attacks/by/gateway/full',
  'changes',
  'failures',
  'search',
  'builder',
  'stack',
  'compare',
  'method',
  'data',
  '404',
])('%s is valid HTML', async (page) => {
  expect(await invalidHtml(await openSite(out), [`/${page}.html`])).toEqual([]);
});

test('every page names a picture that is there, a tool’s that of its level', async () => {
  const files = Object.keys(await digests(out));
  for (const page of files.filter((file) => file.endsWith('.html'))) {
    const picture = /property="og:image" content="https:\/\/tools\.example([^"]+)"/.exec(
      await read(page),
    )?.[1];
    expect(files, page).toContain(picture);
  }
  const tool = await read('servers/npm__fixture__campaigns/tools/send_campaign.html');
  expect(tool).toContain('/previews/tool-high.png');
});

test('the page about the data describes every download of the whole as a dataset', async () => {
  const html = await read('data.html');
  const text = /<script type="application\/ld\+json">([^<]*)</.exec(html)?.[1] ?? '';
  const { '@type': type, distribution } = JSON.parse(text) as {
    '@type': string;
    distribution: { contentUrl: string }[];
  };
  expect(type).toBe('Dataset');
  expect(distribution.length).toBeGreaterThan(6);
  for (const { contentUrl } of distribution) await read(new URL(contentUrl).pathname);
});

test('sitemap, robots.txt and canonical links name the origin they were built for', async () => {
  expect(await read('robots.txt')).toContain('Sitemap: https://tools.example/sitemap.xml');
  expect(await read('sitemap.xml')).toContain(
    '<loc>https://tools.example/servers/npm__fixture__notes</loc>',
  );
  expect(await read('sitemap.xml')).not.toContain('fixture__gone');
  expect(await read('risk.html')).toContain(
    '<link rel="canonical" href="https://tools.example/risk">',
  );
});

test('S9: what nobody has judged is shown as such and never as low', async () => {
  const html = await read('servers/npm__fixture__unclassified-tool/tools/ping.html');
  expect(html).toContain('Not classified');
  expect(html).toContain('That says nothing in its favour');
  expect(html).not.toMatch(/data-level="low"(?![^>]*><i|[^>]*> *<input)/);
  expect(await read('risk/unclassified.html')).toContain('>ping<');
});

test('the page of a server that could not be listed counts nothing', async () => {
  const html = await read('servers/npm__fixture__wants-backend.html');
  expect(html).toContain('Not known: it could not be listed.');
  expect(html).not.toMatch(/0 tools|lists no tools|How it was listed/);
  expect(await read('servers/npm__fixture__no-tools.html')).toContain(
    'answered with an empty list',
  );
});

test(
  'S12: the same data gives the same bytes, in another time zone and language, beside another build, whatever was written first',
  async () => {
    const reversed = join(folder, 'reversed');
    const files = await readdir(FIXTURES, { recursive: true, withFileTypes: true });
    for (const { parentPath, name } of files.filter((entry) => entry.isFile()).toReversed()) {
      const from = join(parentPath, name);
      await cp(from, join(reversed, relative(FIXTURES, from)));
    }
    const build = (name: string, dataDir: string) =>
      buildSite({ dataDir, outDir: join(folder, name), origin: 'https://tools.example' });
    await inSurroundings({ TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR' }, () =>
      Promise.all([build('second', FIXTURES), build('third', reversed)]),
    );
    const first = await digests(out);
    expect(await digests(join(folder, 'second'))).toEqual(first);
    expect(await digests(join(folder, 'third'))).toEqual(first);
  },
  LIMIT_MS,
);

/** With other variables of the environment, for this process and those it starts. */
async function inSurroundings(variables: Record<string, string>, act: () => Promise<unknown>) {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    await act();
  } finally {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
}

test('S6: one bad record in many is left out and named; more than one in a hundred end the build', async () => {
  const data = join(folder, 'data');
  await cp(FIXTURES, data, { recursive: true });
  await mkdir(join(data, 'servers', 'zz'), { recursive: true });
  await writeFile(join(data, 'servers', 'zz', 'npm__broken.json'), '{"id": "npm:broken"}');
  const outDir = join(folder, 'refused');
  await mkdir(outDir);
  await writeFile(join(outDir, 'index.html'), 'the old site');
  await expect(buildSite({ dataDir: data, outDir })).rejects.toMatchObject({
    code: 'bad-records',
    message: expect.stringContaining('servers/zz/npm__broken.json'),
  });
  expect(await readFile(join(outDir, 'index.html'), 'utf8')).toBe('the old site');
});

test(
  'S8: a build that is stopped leaves the old site whole',
  async () => {
    const outDir = join(folder, 'stopped');
    await mkdir(outDir);
    await writeFile(join(outDir, 'index.html'), 'the old site');
    const stop = new AbortController();
    const build = buildSite({
      dataDir: FIXTURES,
      outDir,
      signal: stop.signal,
      onProgress: ({ phase }) => {
        if (phase === 'pages') stop.abort();
      },
    });
    await expect(build).rejects.toMatchObject({ name: 'SiteError', code: 'aborted' });
    expect(await readdir(outDir)).toEqual(['index.html']);
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  },
  LIMIT_MS,
);

test(
  'what a killed build left is removed after a day, and what is fresh may belong to another one',
  async () => {
    const [old, fresh] = [join(folder, '.left-build-old'), join(folder, '.left-build-new')];
    const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
    for (const dir of [old, fresh]) await mkdir(join(dir, 'html'), { recursive: true });
    await utimes(old, yesterday, yesterday);
    await buildSite({ dataDir: join(folder, 'nothing'), outDir: join(folder, 'left') });
    expect((await readdir(folder)).filter((name) => name.startsWith('.left'))).toEqual([
      '.left-build-new',
    ]);
    await rm(fresh, { recursive: true });
  },
  LIMIT_MS,
);

test(
  'S6: an empty catalogue is a site that says so',
  async () => {
    const outDir = join(folder, 'empty');
    const { tools, servers } = await buildSite({ dataDir: join(folder, 'nothing'), outDir });
    expect([tools, servers]).toEqual([0, 0]);
    expect(await readFile(join(outDir, 'index.html'), 'utf8')).toContain('The catalogue is empty');
    expect(await readFile(join(outDir, 'attacks.html'), 'utf8')).toContain(
      'The attack database is empty',
    );
    expect(await readFile(join(outDir, 'servers.html'), 'utf8')).toContain(
      'The catalogue is empty',
    );
  },
  LIMIT_MS,
);

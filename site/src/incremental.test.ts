import { createHash } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerId, type ServerRecord, toolDigest } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildSite } from './build.ts';

const FIXTURES = join(import.meta.dirname, '../../catalogue/fixtures');
const LIMIT_MS = 600_000;
let folder: string;
let data: string;
let out: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'site-incremental-'));
  [data, out] = [join(folder, 'data'), join(folder, 'site')];
  await cp(FIXTURES, data, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const build = (outDir: string, more = {}) => buildSite({ dataDir: data, outDir, ...more });

async function digests(dir: string): Promise<Record<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const found = entries
    .filter((entry) => entry.isFile())
    .map(async ({ parentPath, name }) => {
      const content = await readFile(join(parentPath, name));
      const path = join(parentPath, name).slice(dir.length);
      return [path, createHash('sha256').update(content).digest('hex')] as const;
    });
  return Object.fromEntries((await Promise.all(found)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function change(id: ServerId, edit: (record: ServerRecord) => void): Promise<void> {
  const store = openStore(data);
  const record = await store.readServer(id);
  if (record === undefined) throw new Error(`no fixture ${id}`);
  edit(record);
  for (const tool of record.tools) tool.digest = toolDigest(tool.definition);
  await store.writeServer(record);
}

const inode = async (file: string) => (await stat(join(out, file))).ino;

test(
  'a site built on the one before equals one built from nothing, whatever came, went and changed',
  async () => {
    await build(out);
    const before = await digests(out);
    const kept = 'servers/npm__fixture__notes/tools/delete_note.html';
    const keptInode = await inode(kept);
    await change('npm:@fixture/campaigns', ({ tools }) => {
      const send = tools.find(({ definition }) => definition.name === 'send_campaign');
      if (send) send.definition['description'] = 'Send a campaign, or several at once.';
    });
    // Its tools were related to those of another server, whose files stay as they are.
    await change('url:jobs.fixture.example/mcp', (record) => {
      record.tools = record.tools.filter(({ definition }) => definition.name !== 'create_issue');
    });
    await change('npm:@fixture/no-tools', (record) => {
      record.isGone = true;
    });
    const gone = (await readdir(join(data, 'servers'), { recursive: true })).find((file) =>
      file.endsWith('npm__fixture__shell.json'),
    );
    await rm(join(data, 'servers', gone ?? ''));
    await rm(join(data, 'attacks', 'message-to-everyone.md'));
    const { rebuilt } = await build(out);
    expect(rebuilt).toBeGreaterThan(0);
    const onTop = await digests(out);
    const fresh = join(folder, 'fresh');
    await build(fresh);
    expect(onTop).toEqual(await digests(fresh));
    expect(Object.keys(onTop).some((file) => file.includes('npm__fixture__shell'))).toBe(false);
    expect(onTop).not.toEqual(before);
    // What shows the same is the same file, not written again.
    expect(await inode(kept)).toBe(keptInode);
  },
  LIMIT_MS,
);

const SPARE = '.site-spare';

test(
  'the folder of the site before the last becomes the next site, whatever came, went and changed meanwhile',
  async () => {
    const describe = (id: ServerId, words: string, which = 0) =>
      change(id, ({ tools }) => {
        const definition = tools[which]?.definition;
        if (definition) definition['description'] = words;
      });
    await build(out);
    const shell = (await readdir(join(data, 'servers'), { recursive: true })).find((file) =>
      file.endsWith('npm__fixture__shell.json'),
    );
    const shellRecord = await readFile(join(data, 'servers', shell ?? ''));
    await rm(join(data, 'servers', shell ?? ''));
    await describe('npm:@fixture/campaigns', 'Said anew.');
    await build(out);
    const second = await digests(out);
    const spare = await stat(join(folder, SPARE));
    // Now a server is back that the spare folder has and the site has not, and others change again or in another place.
    await writeFile(join(data, 'servers', shell ?? ''), shellRecord);
    await describe('npm:@fixture/campaigns', 'Said anew.', 1);
    await change('npm:@fixture/notes', (record) => {
      record.tools = record.tools.slice(1);
    });
    await change('npm:@fixture/no-tools', (record) => {
      record.isGone = true;
    });
    await build(out);
    expect((await stat(out)).ino).toBe(spare.ino);
    const third = await digests(out);
    expect(await digests(join(folder, SPARE))).toEqual(second);
    await rm(join(data, 'servers', shell ?? ''));
    await describe('npm:@fixture/campaigns', 'Said a third time.');
    await build(out);
    const [fresh, fourth] = [join(folder, 'fresh'), await digests(out)];
    await build(fresh);
    expect(fourth).toEqual(await digests(fresh));
    expect(Object.keys(fourth).some((file) => file.includes('npm__fixture__shell'))).toBe(false);
    expect(await digests(join(folder, SPARE))).toEqual(third);
  },
  LIMIT_MS,
);

test.for(['.build-pages.jsonl', 'servers/npm__fixture__notes.html', 'servers/npm__fixture__notes'])(
  'a spare folder without %s is not built on',
  { timeout: LIMIT_MS },
  async (missing) => {
    await build(out);
    await build(out);
    const spare = join(folder, SPARE);
    await rm(join(spare, missing), { recursive: true });
    await change('npm:@fixture/campaigns', ({ tools }) => {
      for (const { definition } of tools) definition['description'] = 'Said anew.';
    });
    await build(out);
    const fresh = join(folder, 'fresh');
    await build(fresh);
    expect(await digests(out)).toEqual(await digests(fresh));
  },
);

test(
  'a release is built on another one and leaves its bytes alone',
  async () => {
    await build(out);
    const before = await digests(out);
    await change('npm:@fixture/campaigns', ({ tools }) => {
      for (const { definition } of tools) definition['description'] = 'Said anew.';
    });
    const next = join(folder, 'next');
    const { rebuilt } = await build(next, { previousDir: out });
    expect(rebuilt).toBe(1);
    expect(await digests(out)).toEqual(before);
    expect((await digests(next))['/servers/npm__fixture__campaigns.html']).not.toBe(
      before['/servers/npm__fixture__campaigns.html'],
    );
  },
  LIMIT_MS,
);

const ASKED = ['npm:@fixture/campaigns', 'npm:@fixture/notes'] as const;
/** Writes down that servers were listed on a day. */
async function listedOn(day: string, ids: readonly ServerId[] = ASKED): Promise<void> {
  const store = openStore(data);
  const at = `${day}T04:00:00.000Z`;
  const outcome = 'complete' as const;
  await store.writeCrawlRun({
    startedAt: at,
    endedAt: at,
    ending: 'completed',
    counts: { servers: ids.length, complete: ids.length, partial: 0, failed: 0, tools: 0 },
    failuresByReason: {},
    versions: {},
    servers: await Promise.all(
      ids.map(async (id) => {
        const { version = '' } = (await store.readServer(id)) ?? {};
        return { id, version, outcome, tools: 0, durationMs: 1 };
      }),
    ),
  });
}

test(
  'S9: a server’s page says when it was listed; another listing leaves its tools’ pages alone until it is long ago',
  async () => {
    const [server, tool] = [
      'servers/npm__fixture__campaigns.html',
      'servers/npm__fixture__campaigns/tools/send_campaign.html',
    ];
    const read = (file: string) => readFile(join(out, file), 'utf8');
    await listedOn('2026-09-01');
    await build(out);
    expect(await read(server)).toMatch(/Last listed<.{1,40}2026-09-01/);
    expect(await read(tool)).toMatch(/Listed with this definition since<.{1,40}2026-09-01/);
    const [toolInode, serverInode] = [await inode(tool), await inode(server)];
    await listedOn('2026-09-08');
    const { rebuilt } = await build(out);
    expect(rebuilt).toBe(2);
    expect(await read(server)).toMatch(/Last listed<.{1,40}2026-09-08/);
    expect(await inode(server)).not.toBe(serverInode);
    expect(await inode(tool)).toBe(toolInode);
    await listedOn('2026-11-20', ['npm:@fixture/notes']);
    await build(out);
    for (const page of [server, tool]) {
      expect(await read(page)).toContain('An old listing.');
      expect(await read(page)).toContain('2026-09-08');
    }
    const fresh = join(folder, 'fresh');
    await build(fresh);
    expect(await digests(out)).toEqual(await digests(fresh));
  },
  LIMIT_MS,
);

test(
  'nothing is taken over from a site of another address or with half a state',
  async () => {
    await build(out);
    const fresh = join(folder, 'fresh');
    const origin = 'https://tools.example';
    await build(fresh, { origin, previousDir: out });
    expect(await readFile(join(fresh, 'servers.html'), 'utf8')).toContain(
      `<link rel="canonical" href="${origin}/servers"`,
    );
    const [state] = (await readFile(join(out, '.build.jsonl'), 'utf8')).split('\n');
    await rm(join(out, '.build.jsonl'));
    await cp(out, join(folder, 'half'), { recursive: true });
    expect(state).toContain('"version"');
    const { rebuilt, servers } = await build(join(folder, 'again'), {
      previousDir: join(folder, 'half'),
    });
    expect(rebuilt).toBe(servers);
  },
  LIMIT_MS,
);

test.for(['out', 'spare'])(
  'servers whose pages are missing from a cut-off list of the %s folder are made anew',
  { timeout: LIMIT_MS },
  async (which) => {
    await build(out);
    await build(out);
    const list = join(which === 'out' ? out : join(folder, SPARE), '.build-pages.jsonl');
    const lines = (await readFile(list, 'utf8')).split('\n');
    await writeFile(list, `${lines.slice(0, 3).join('\n')}\n`);
    await build(out);
    await build(join(folder, 'fresh'));
    expect(await digests(out)).toEqual(await digests(join(folder, 'fresh')));
  },
);

test(
  'what a link leads to that stood where the site is to lie stays as it is',
  async () => {
    const elsewhere = join(folder, 'elsewhere');
    await build(elsewhere);
    const before = await digests(elsewhere);
    await symlink(elsewhere, out);
    await build(out);
    await change('npm:@fixture/campaigns', ({ tools }) => {
      for (const { definition } of tools) definition['description'] = 'Said anew.';
    });
    await build(out);
    expect(await digests(elsewhere)).toEqual(before);
    await build(join(folder, 'fresh'));
    expect(await digests(out)).toEqual(await digests(join(folder, 'fresh')));
  },
  LIMIT_MS,
);

test.for(['servers/npm__fixture__notes.html', 'servers/npm__fixture__notes', 'risk.html'])(
  'without %s a site is made whole again by the next build',
  { timeout: LIMIT_MS },
  async (missing) => {
    await build(out);
    const whole = await digests(out);
    const buildAgain = async () => {
      await build(out);
      expect(await digests(out)).toEqual(whole);
    };
    await rm(join(out, missing), { recursive: true });
    await buildAgain();
    // Now the folder in which it is missing is the spare one.
    await buildAgain();
    // Now the spare one is whole.
    await rm(join(out, missing), { recursive: true });
    await buildAgain();
  },
);

test(
  'a build whose start another one replaced meanwhile ends, and leaves what that one published',
  async () => {
    await build(out);
    const other = join(folder, 'other');
    await cp(FIXTURES, join(folder, 'old-data'), { recursive: true });
    await change('npm:@fixture/campaigns', ({ tools }) => {
      for (const { definition } of tools) definition['description'] = 'Said anew.';
    });
    await build(other);
    const published = await digests(other);
    const late = buildSite({
      dataDir: join(folder, 'old-data'),
      outDir: out,
      onProgress: ({ phase }) => {
        if (phase !== 'pages' || !existsSync(other)) return;
        renameSync(out, join(folder, 'replaced'));
        renameSync(other, out);
      },
    });
    await expect(late).rejects.toMatchObject({ name: 'SiteError', code: 'publish-failed' });
    expect(await digests(out)).toEqual(published);
  },
  LIMIT_MS,
);

test(
  'S11: what was taken down is in no file of the site nor beside it, also after it was crawled again',
  async () => {
    await build(out);
    await build(out);
    const takedowns = [
      { server: 'url:jobs.fixture.example/mcp', reason: 'phishing', by: 'test', on: '2026-11-21' },
      {
        server: 'npm:@fixture/campaigns',
        tool: 'send_campaign',
        reason: 'a secret in its words',
        by: 'test',
        on: '2026-11-21',
      },
      // All that the history of its server tells of.
      {
        server: 'npm:@fixture/notes',
        tool: 'delete_note',
        reason: 'x',
        by: 'test',
        on: '2026-11-21',
      },
    ];
    await writeFile(join(data, 'takedowns.json'), JSON.stringify({ takedowns }));
    await build(out);
    expect(existsSync(join(folder, SPARE))).toBe(false);
    await change('url:jobs.fixture.example/mcp', (record) => {
      record.version = '9.9.9';
    });
    await change('npm:@fixture/campaigns', (record) => {
      record.version = '9.9.9';
    });
    await build(out);
    for (const entry of await readdir(out, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      expect(path).not.toMatch(/jobs\.fixture|send_campaign|delete_note|notes\/history/);
      if (!entry.isFile() || /pagefind|_astro/.test(path)) continue;
      expect((await readFile(path)).includes('jobs.fixture.example'), path).toBe(false);
      expect((await readFile(path)).includes('"send_campaign"'), path).toBe(false);
    }
    await build(join(folder, 'again'));
    expect(await digests(out)).toEqual(await digests(join(folder, 'again')));
  },
  LIMIT_MS,
);

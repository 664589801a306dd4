// Renders the files that Hugo renders, by our templates: `render-child.ts <hugo project> <out>`. One process a core, each with
// its share of the servers.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { compileTemplates } from '../../site/src/compile-templates.ts';
import { fileOf, openRenderer } from '../../site/src/page-renderer.ts';

const [project = '', out = '', templates, share] = process.argv.slice(2);
const servers = join(project, 'content', 'servers');
if (templates === undefined) await shareOut();
else await render(templates, Number(share));

async function shareOut(): Promise<void> {
  const { dir } = await compileTemplates(new AbortController().signal);
  const children = Array.from({ length: availableParallelism() }, (_, index) =>
    fork(import.meta.filename, [project, out, dir, String(index)], {
      env: { ...process.env, NODE_ENV: 'production' },
    }),
  );
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
  if (codes.some((code) => code !== 0)) process.exitCode = 2;
}

async function render(dir: string, index: number): Promise<void> {
  const { render: renderPage } = await openRenderer(dir);
  const mine = readdirSync(servers).filter((_, place) => place % availableParallelism() === index);
  for (const server of mine) {
    const folder = join(servers, server, 'tools');
    mkdirSync(join(out, 'servers', server, 'tools'), { recursive: true });
    for (const file of readdirSync(folder)) {
      const { page } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      const { url } = page.view;
      const html = await renderPage('servers/[server]/tools/[tool]', url, page);
      writeFileSync(join(out, fileOf(url)), html);
    }
  }
}

import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The plainest Astro project that writes pages of the same bytes: each page a file that is read and set. All is at its default
 * but what a project outside the repository needs to find packages.
 */
export async function layOutAstro(project: string, html: string, modules: string): Promise<void> {
  await mkdir(join(project, 'src', 'pages', 'servers', '[server]', 'tools'), { recursive: true });
  await symlink(modules, join(project, 'node_modules'));
  await writeFile(join(project, 'package.json'), '{"type":"module","private":true}\n');
  await writeFile(
    join(project, 'astro.config.mjs'),
    'export default { vite: { environments: { prerender: { resolve: { noExternal: true } } } } };\n',
  );
  await writeFile(
    join(project, 'src', 'pages', 'servers', '[server]', 'tools', '[tool].astro'),
    `---
import { existsSync, readdirSync, readFileSync } from 'node:fs';
const html = ${JSON.stringify(html)};
export function getStaticPaths() {
  const html = ${JSON.stringify(html)};
  return readdirSync(html + '/servers', { withFileTypes: true }).filter(({ name }) => existsSync(html + '/servers/' + name + '/tools')).flatMap(({ name: server }) =>
    readdirSync(html + '/servers/' + server + '/tools').filter((file) => file.endsWith('.html')).map((file) => ({ params: { server, tool: file.slice(0, -5) } })));
}
const { server, tool } = Astro.params;
const body = readFileSync(html + '/servers/' + server + '/tools/' + tool + '.html', 'utf8');
---
<Fragment set:html={body} />
`,
  );
}

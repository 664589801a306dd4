import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Lays out a Hugo project whose template shows what our page of a tool shows; its content comes from `views-child.ts`. */
export async function layOutHugo(project: string, site: string): Promise<void> {
  await mkdir(join(project, 'layouts', '_default'), { recursive: true });
  const templates = join(import.meta.dirname, 'hugo');
  // Named otherwise here, as no formatter of HTML reads them.
  for (const file of await readdir(templates, { recursive: true }))
    if (file.endsWith('.gohtml'))
      await cp(join(templates, file), join(project, 'layouts', file.replace(/gohtml$/, 'html')));
  const assets = await readdir(join(site, '_astro'));
  const assetLike = (pattern: RegExp) => `/_astro/${assets.find((name) => pattern.test(name))}`;
  const config = {
    baseURL: 'http://localhost:4321/',
    disableKinds: ['home', 'section', 'taxonomy', 'term', 'RSS', 'sitemap', '404', 'robotsTXT'],
    uglyURLs: true,
    params: {
      style: assetLike(/^site\..*css$/),
      script: assetLike(/^Base.*js$/),
      mono: assetLike(/mono.*woff2$/),
      text: assetLike(/next.*woff2$/),
    },
  };
  await writeFile(join(project, 'config.json'), JSON.stringify(config));
}

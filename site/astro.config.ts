import { join } from 'node:path';
import { defineConfig } from 'astro/config';
import { keepTemplates } from './src/keep-templates.ts';

// A build has folders of its own, so that two at once do not meet.
const work = process.env['TOOLWARDEN_SITE_WORK'] ?? join(import.meta.dirname, '.astro', 'work');

export default defineConfig({
  integrations: [keepTemplates(work)],
  root: import.meta.dirname,
  outDir: join(work, 'html'),
  cacheDir: join(work, 'cache'),
  trailingSlash: 'never',
  compressHTML: true,
  devToolbar: { enabled: false },
  build: {
    format: 'file',
    // INVARIANT: nothing inline, so that the Content-Security-Policy needs no hash for it.
    inlineStylesheets: 'never',
  },
  vite: {
    cacheDir: join(work, 'vite'),
    build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } },
    // The rendered code lies outside node_modules' reach when the output folder does.
    ssr: { noExternal: true },
    environments: { prerender: { resolve: { noExternal: true } } },
  },
});

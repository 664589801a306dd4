import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { AstroIntegration } from 'astro';

/** Nobody can ask for it, as no page is rendered for it. */
const RUNTIME = '/-/astro-runtime';

/**
 * Keeps the compiled pages in `<work>/server` and renders none: that is done later, without Astro's start, by as many
 * processes as there are cores, and only for what changed.
 */
export function keepTemplates(work: string): AstroIntegration {
  return {
    name: 'toolwarden:keep-templates',
    hooks: {
      'astro:config:setup': ({ injectRoute }) =>
        injectRoute({ pattern: RUNTIME, entrypoint: './src/astro-runtime.ts', prerender: true }),
      'astro:build:start': ({ setPrerenderer }) => {
        setPrerenderer((standard) => ({
          ...standard,
          name: 'toolwarden:keep-templates',
          setup: async () => {},
          // The one moment at which the compiled pages are whole and not yet removed.
          async getStaticPaths() {
            await cp(join(work, 'html', '.prerender'), join(work, 'server'), { recursive: true });
            return [];
          },
        }));
      },
    },
  };
}

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SiteError } from './lib/site-error.ts';

type Route = { component: string; pathname?: string };
/** What a compiled page is made of; Astro's types keep it to themselves. */
type Component = { moduleId?: string };
type PageModule = { page: () => Promise<{ default: Component }> };
type Runtime = {
  renderToString(
    result: object,
    component: Component,
    props: object,
    slots: object,
    isPage: boolean,
  ): Promise<string | Response>;
};
/** What we use of the program that Astro compiled. */
type Manifest = {
  base: string;
  routes: { routeData: Route }[];
  pageMap: Map<string, () => Promise<PageModule>>;
  entryModules: Record<string, string>;
  inlinedScripts: Map<string, string>;
  clientDirectives: Map<string, string>;
  componentMetadata: Map<string, { containsHead?: boolean }>;
  compressHTML: boolean;
};

/** Renders pages with the compiled templates of `compileTemplates`. */
export type PageRenderer = {
  /** Pages that no data decides about: their address and template. */
  ownPages: { url: string; template: string }[];
  render: (template: string, url: string, view: unknown) => Promise<string>;
};

/** Loads compiled templates, once a process. */
export async function openRenderer(dir: string): Promise<PageRenderer> {
  const server = join(dir, 'server');
  const entry = (await readdir(server)).find((file) => file.startsWith('prerender-entry'));
  if (entry === undefined) throw new SiteError('render-failed', `${server} holds no templates`);
  const compiled: { app: { manifest: Manifest } } = await import(
    pathToFileURL(join(server, entry)).href
  );
  const { manifest } = compiled.app;
  const load = async (file: string) => {
    const module = await manifest.pageMap.get(file)?.();
    if (module === undefined) throw new SiteError('render-failed', `there is no page ${file}`);
    return module.page();
  };
  const { renderToString } = (await load('src/astro-runtime.ts')) as unknown as Runtime;
  const components = new Map<string, Promise<{ default: Component }>>();
  return {
    ownPages: manifest.routes.flatMap(({ routeData: { component, pathname } }) =>
      pathname === undefined || !component.endsWith('.astro')
        ? []
        : [{ url: pathname, template: templateOf(component) }],
    ),
    async render(template, url, view) {
      const file = `src/pages/${template}.astro`;
      const loading = components.get(template) ?? load(file);
      components.set(template, loading);
      const { default: component } = await loading;
      const html = await renderToString(
        resultOf(manifest, component, view),
        component,
        {},
        {},
        true,
      );
      if (typeof html === 'string') return html;
      throw new SiteError('render-failed', `${url}: ${file} gives no text`);
    },
  };
}

/**
 * What Astro's runtime wants to know of the page it renders. Astro makes the same from a request, for whose URL, headers, cookies,
 * routing and response our pages have no use; that took twice the time of the page itself.
 */
function resultOf(manifest: Manifest, { moduleId = '' }: Component, view: unknown): object {
  const { base, clientDirectives, componentMetadata, compressHTML, inlinedScripts } = manifest;
  const locals = { page: view };
  return {
    base,
    clientDirectives,
    componentMetadata,
    compressHTML,
    inlinedScripts,
    // INVARIANT: style sheet and scripts stand in Base.astro by their address, so Astro has none to add.
    styles: new Set(),
    scripts: new Set(),
    links: new Set(),
    renderers: [],
    cancelled: false,
    partial: false,
    createAstro: (props: object, slots: object) => ({ props, slots, locals }),
    resolve: async (script: string) => addressOf(manifest, script),
    _metadata: {
      hasHydrationScript: false,
      rendererSpecificHydrationScripts: new Set(),
      hasRenderedHead: false,
      renderedScripts: new Set(),
      hasDirectives: new Set(),
      hasRenderedServerIslandRuntime: false,
      headInTree: componentMetadata.get(moduleId)?.containsHead ?? false,
      extraHead: [],
      extraStyleHashes: [],
      extraScriptHashes: [],
      propagators: new Set(),
      routeHasPropagation: false,
      pendingSlotEvaluations: [],
      templateDepth: 0,
    },
  };
}

function addressOf({ base, entryModules }: Manifest, script: string): string {
  const file = entryModules[script];
  if (file === undefined) throw new SiteError('render-failed', `${script} was not compiled`);
  return `${base}${file}`;
}

function templateOf(component: string): string {
  return component.replace(/^src\/pages\//, '').replace(/\.astro$/, '');
}

/** The file of a page, from the root of the site. */
export function fileOf(url: string): string {
  return url === '/' ? '/index.html' : `${url}.html`;
}

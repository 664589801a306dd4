import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SiteError } from './lib/site-error.ts';

type Route = { component: string; pathname?: string; params: string[] };
/** What we use of a program that Astro compiled; `astro/app` documents `render`. */
type CompiledApp = {
  manifest: { routes: { routeData: Route }[] };
  render(request: Request, options: { routeData: Route; locals: object }): Promise<Response>;
  setInternals(internals: object): void;
  setOptions(options: object): void;
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
  const compiled: { app: CompiledApp } = await import(pathToFileURL(join(server, entry)).href);
  const { app } = compiled;
  // INVARIANT: style sheet and scripts stand in Base.astro by their address, so Astro has none to add.
  app.setInternals({ pagesByKeys: new Map(), entrySpecifierToBundleMap: new Map() });
  app.setOptions({ settings: { scripts: [] }, logger: { options: { destination: SILENT } } });
  const routes = new Map(
    app.manifest.routes.map(({ routeData }) => [templateOf(routeData), routeData]),
  );
  return {
    ownPages: [...routes].flatMap(([template, { pathname }]) =>
      pathname === undefined ? [] : [{ url: pathname, template }],
    ),
    async render(template, url, view) {
      const route = routes.get(template);
      if (route === undefined)
        throw new SiteError('render-failed', `${url}: there is no page ${template}.astro`);
      // A route with a path of its own is not looked up among thousands of others.
      const routeData = { ...route, pathname: url, params: [] };
      const request = new Request(new URL(fileOf(url), 'http://localhost'));
      const response = await app.render(request, { routeData, locals: { page: view } });
      return response.text();
    },
  };
}

const SILENT = { write: () => true };

function templateOf({ component }: Route): string {
  return component.replace(/^src\/pages\//, '').replace(/\.astro$/, '');
}

/** The file of a page, from the root of the site. */
export function fileOf(url: string): string {
  return url === '/' ? '/index.html' : `${url}.html`;
}

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CatalogueView } from './lib/catalogue-view.ts';
import { serverPolicies, toolPolicies } from './lib/policy-panels.ts';
import { serverTwin, serverTwinMarkdown } from './lib/server-twin.ts';
import { serverView } from './lib/server-view.ts';
import { toolTwin, toolTwinMarkdown } from './lib/tool-twin.ts';
import { toolView } from './lib/tool-view.ts';
import { serverUrl } from './lib/urls.ts';

/** Writes the JSON and Markdown twin of each tool's and server's page, and the servers' policies as files. */
export async function writeTwins(
  catalogue: CatalogueView,
  outDir: string,
  signal?: AbortSignal,
): Promise<void> {
  const write = async (url: string, text: string) => {
    const file = join(outDir, url);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  };
  for (const ref of catalogue.pages) {
    signal?.throwIfAborted();
    const view = toolView(catalogue, ref);
    const policies = toolPolicies(ref.entry, view.name);
    await write(`${ref.url}.json`, json(toolTwin(ref, view, policies)));
    await write(`${ref.url}.md`, toolTwinMarkdown(view, policies));
  }
  for (const entry of catalogue.entries) {
    signal?.throwIfAborted();
    const [url, view] = [serverUrl(entry.slug), serverView(entry)];
    await write(`${url}.json`, json(serverTwin(entry, view)));
    await write(`${url}.md`, serverTwinMarkdown(view));
    if (view.toolCount === 0 || view.status === 'gone') continue;
    for (const { profile, text } of serverPolicies(entry))
      await write(`${url}/policy/${profile}.json`, `${text}\n`);
  }
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

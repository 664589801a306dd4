import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StoreProblem } from '@toolwarden/catalogue/store';
import { attackTwin, attackTwinMarkdown } from './lib/attack-twin.ts';
import { attackView } from './lib/attack-view.ts';
import type { CatalogueView } from './lib/catalogue-view.ts';
import { type PolicyPanel, serverPolicies, toolPolicies } from './lib/policy-panels.ts';
import { serverTwin, serverTwinMarkdown } from './lib/server-twin.ts';
import { serverView } from './lib/server-view.ts';
import { toolTwin, toolTwinMarkdown } from './lib/tool-twin.ts';
import { toolView } from './lib/tool-view.ts';
import { serverUrl } from './lib/urls.ts';

/** Writes the JSON and Markdown twin of each tool's, server's and attack's page, and the servers' policies as files. Gives the policies that failed our own check. */
export async function writeTwins(
  catalogue: CatalogueView,
  outDir: string,
  signal?: AbortSignal,
): Promise<StoreProblem[]> {
  const problems: StoreProblem[] = [];
  const note = (url: string, panels: PolicyPanel[]) => {
    for (const { profile, fault } of panels)
      if (fault !== undefined) problems.push({ file: url, message: `policy ${profile}: ${fault}` });
  };
  const write = async (url: string, text: string) => {
    const file = join(outDir, url);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  };
  for (const ref of catalogue.pages) {
    signal?.throwIfAborted();
    const view = toolView(catalogue, ref);
    const policies = toolPolicies(ref.entry, view.name);
    note(ref.url, policies);
    await write(`${ref.url}.json`, json(toolTwin(ref, view, policies)));
    await write(`${ref.url}.md`, toolTwinMarkdown(view, policies));
  }
  for (const entry of catalogue.entries) {
    signal?.throwIfAborted();
    const [url, view] = [serverUrl(entry.slug), serverView(entry)];
    await write(`${url}.json`, json(serverTwin(entry, view)));
    await write(`${url}.md`, serverTwinMarkdown(view));
    if (view.toolCount === 0 || view.status === 'gone') continue;
    const policies = serverPolicies(entry);
    note(url, policies);
    for (const { profile, text } of policies)
      await write(`${url}/policy/${profile}.json`, `${text}\n`);
  }
  for (const entry of catalogue.attackEntries) {
    signal?.throwIfAborted();
    const view = attackView(catalogue, entry);
    await write(`${view.url}.json`, json(attackTwin(entry, view)));
    await write(`${view.url}.md`, attackTwinMarkdown(entry, view));
  }
  return problems;
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

// Writes what the pages of tools show as the content of a Hugo project: `views-child.ts <data> <hugo project>`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '@toolwarden/catalogue/store';
import { catalogueView } from '../../site/src/lib/catalogue-view.ts';
import type { PolicyPanel } from '../../site/src/lib/policy-panels.ts';
import { policyReasons } from '../../site/src/lib/policy-reasons.ts';
import { serverPages } from '../../site/src/lib/server-pages.ts';
import { summarizeServer } from '../../site/src/lib/server-summary.ts';
import { openTokenCounter } from '../../site/src/lib/token-count.ts';
import { toolStructure } from '../../site/src/lib/tool-structure.ts';
import type { ToolView } from '../../site/src/lib/tool-view.ts';

const [dataDir = '', project = ''] = process.argv.slice(2);
const store = openStore(dataDir);
const { items: attackEntries } = await store.readAttacks();
const attacks = attackEntries.map(({ attack }) => attack);
const groups = await store.fingerprints();
const summaries = [];
for (const group of groups) {
  const { entry } = await store.readGroup(group);
  if (entry) summaries.push(summarizeServer(entry, attacks));
}
const catalogue = catalogueView(summaries, attackEntries);
const countTokens = await openTokenCounter();
let pages = 0;
for (const group of groups) {
  const { entry } = await store.readGroup(group);
  if (entry === undefined) continue;
  const folder = join(project, 'content', 'servers', entry.slug, 'tools');
  mkdirSync(folder, { recursive: true });
  for (const { make } of serverPages({ ...catalogue, countTokens }, entry, [])) {
    const { url, template, view } = make();
    if (!template.endsWith('[tool]')) continue;
    const page = view as { view: ToolView; policies: PolicyPanel[] };
    // The text is in the tokens too; a program that only renders needs it once.
    const policies = page.policies.map((policy) => ({
      ...policy,
      text: undefined,
      reasons: policyReasons(policy.whys),
    }));
    const shown = { ...page, policies, structure: toolStructure(page.view) };
    const front = { title: page.view.name, url: `${url}.html`, page: shown };
    pages += 1;
    writeFileSync(join(folder, `${pages}.md`), `${JSON.stringify(front)}\n`);
  }
}
console.log(pages);

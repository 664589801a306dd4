// The plain writer: every page of tools of a site, read and written again, one after the other: `plain-child.ts <site> <out>`.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [site = '', out = ''] = process.argv.slice(2);
let pages = 0;
for (const entry of readdirSync(join(site, 'servers'), { withFileTypes: true })) {
  const folder = join('servers', entry.name, 'tools');
  // Pages of the list of servers lie in a folder too.
  if (!existsSync(join(site, folder))) continue;
  mkdirSync(join(out, folder), { recursive: true });
  for (const file of readdirSync(join(site, folder))) {
    if (!file.endsWith('.html')) continue;
    writeFileSync(join(out, folder, file), readFileSync(join(site, folder, file), 'utf8'));
    pages += 1;
  }
}
console.log(pages);

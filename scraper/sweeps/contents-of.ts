import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Every file that a crawl writes, without times: of histories the lines, of runs what they say of their servers. */
export async function contentsOf(dir: string): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  const paths = await readdir(dir, { recursive: true, withFileTypes: true });
  const runs: string[] = [];
  for (const entry of paths.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const shown = path.slice(dir.length + 1);
    // The work list is not part of the catalogue; drafts of a killed process go when they are a minute old.
    if (shown.startsWith('.crawl') || shown.endsWith('.tmp')) continue;
    const text = await readFile(path, 'utf8');
    if (shown.startsWith('crawls/'))
      runs.push(text.replaceAll(/"(?:startedAt|endedAt|durationMs)": [^,\n]*/g, ''));
    else contents.set(shown, text.replaceAll(/"at":"[^"]*"/g, ''));
  }
  contents.set('crawls', runs.sort().join('\n'));
  return contents;
}

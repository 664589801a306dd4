import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import glob from 'fast-glob';

const ROOMS = ['catalogue', 'policy', 'scraper', 'classifier', 'attacks', 'site', 'cli', 'scripts'];
/** The tree stands between these two lines of docs/architecture.md. */
const [BEGIN, END] = ['<!-- files: made by npm run fix:tree -->', '<!-- /files -->'];

/** The tree of source files, one line each, with the first sentence of its own documentation. */
export async function fileTree(root: string): Promise<string> {
  const lines: string[] = [];
  for (const room of ROOMS) {
    const files = await glob(
      [
        'src/**/*.{ts,astro,css}',
        'bin/*.js',
        '*.ts',
        '{evals,bench,cases,reference,fixtures}/*.ts',
      ],
      {
        cwd: join(root, room),
        ignore: ['**/*.test.ts', 'src/env.d.ts', 'node_modules'],
      },
    );
    lines.push(`${room}/`);
    for (const file of files.sort()) {
      const summary = summaryOf(await readFile(join(root, room, file), 'utf8')) || placeOf(file);
      lines.push(`  ${file.padEnd(38)} ${summary}`.trimEnd());
    }
  }
  return lines.join('\n');
}

/** Puts the tree into the page; the rest of the page stays as it is. */
export function withTree(page: string, tree: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from)
    throw new Error(`docs/architecture.md: the lines ${BEGIN} and ${END} are missing`);
  return `${page.slice(0, from)}${BEGIN}\n\`\`\`\n${tree}\n\`\`\`\n${page.slice(to)}`;
}

/** What a file without words of its own is, by its place. */
function placeOf(file: string): string {
  if (file.endsWith('index.ts')) return 'Lists the names others may import';
  if (file.startsWith('src/pages/'))
    return `The page at /${file.slice('src/pages/'.length).replace(/(index)?\.astro$/, '')}`;
  const name = file.slice(file.lastIndexOf('/') + 1).replace(/\.[a-z]+$/, '');
  if (file.endsWith('.astro')) return `The part of a page called ${name}`;
  return file.endsWith('.css') ? `Styles: ${name}` : name.replaceAll('-', ' ');
}

/** The first sentence about a file's first export, or the meaning a signal states; empty where it has neither. */
function summaryOf(text: string): string {
  const meaning = /\b(?:meaning|does|summary): '([^']+)'/.exec(text)?.[1];
  const blocks = [...text.matchAll(/\/\*\*([\s\S]*?)\*\/\s*(export)?/g)];
  const block = (blocks.find(([, , isExported]) => isExported) ?? blocks[0])?.[1];
  const line = /^(?:#!.*\n|---\n)?((?:\/\/ .*\n)+)/.exec(text)?.[1];
  const words = (
    line ??
    (text.includes(': Command = {') ? meaning : undefined) ??
    block ??
    meaning ??
    ''
  )
    .replaceAll(/^\s*(?:\*|\/\/) ?/gm, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const sentence = /^.*?[.;:](?=\s|$)/.exec(words)?.[0] ?? words;
  return sentence
    .replace(/[.;:]$/, '')
    .replaceAll(/\{@link (\w+)\}/g, '$1')
    .slice(0, 110);
}

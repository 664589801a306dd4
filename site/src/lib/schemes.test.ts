import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const STYLES = join(import.meta.dirname, '../styles');

test('light and dark differ in nothing but colours, so that a page is examined whole in one of them', async () => {
  let tokens = 0;
  for (const file of await readdir(STYLES)) {
    const css = (await readFile(join(STYLES, file), 'utf8')).replace(/\/\*[\s\S]*?\*\//g, '');
    expect(css, file).not.toContain('prefers-color-scheme');
    // What the theme button sets chooses the scheme and does nothing else.
    for (const [, body = ''] of css.matchAll(/\[data-theme="\w+"\][^{]*\{([^}]*)\}/g))
      expect(body.trim(), file).toMatch(/^color-scheme: (light|dark);$/);
    tokens += css.match(/light-dark\(#/g)?.length ?? 0;
  }
  expect(tokens).toBeGreaterThan(10);
});

import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { expect, test } from 'vitest';

const MAX_BYTES = 60_000;
// What prepares a policy, decides and counts; a page that also checks or recommends fetches more.
const ENGINE = `export { compilePolicy, createMemoryCounters, decide } from './index.ts';`;

const { outputFiles, metafile } = await build({
  stdin: { contents: ENGINE, resolveDir: import.meta.dirname, sourcefile: 'engine.ts' },
  absWorkingDir: import.meta.dirname,
  outdir: 'bundle',
  bundle: true,
  write: false,
  minify: true,
  splitting: true,
  metafile: true,
  format: 'esm',
  platform: 'browser',
  logLevel: 'silent',
});
const fetched = fetchedWith('bundle/stdin.js', metafile);

test('the engine is under 60 kB gzip in a browser', () => {
  const bytes = outputFiles
    .filter(({ path }) => fetched.some((name) => path.endsWith(`/${name}`)))
    .map(({ contents }) => gzipSync(contents).length);
  expect(bytes).toHaveLength(fetched.length);
  expect(bytes.reduce((sum, each) => sum + each)).toBeLessThan(MAX_BYTES);
});

test('the pattern engine is a chunk of its own that the engine names but does not fetch', () => {
  const withPatterns = Object.entries(metafile.outputs).flatMap(([name, { inputs }]) =>
    Object.keys(inputs).some((input) => input.includes('node_modules/re2js/')) ? [name] : [],
  );
  expect(withPatterns).toHaveLength(1);
  expect(fetched).not.toContain(withPatterns[0]);
  const named = metafile.outputs['bundle/stdin.js']?.imports;
  expect(named).toContainEqual({ path: withPatterns[0], kind: 'dynamic-import' });
});

/** A file and everything that it imports at once. */
function fetchedWith(start: string, { outputs }: Metafile): string[] {
  const fetched = [start];
  for (const name of fetched) {
    for (const { path, kind } of outputs[name]?.imports ?? []) {
      if (kind === 'import-statement' && !fetched.includes(path)) fetched.push(path);
    }
  }
  return fetched;
}

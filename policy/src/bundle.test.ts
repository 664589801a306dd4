import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { expect, test } from 'vitest';

const MAX_BYTES = 60_000;

/** What a page fetches: to decide, and to preview and check what somebody writes in the policy builder. */
const pages = {
  'to decide': "export * from './engine.ts';",
  'to check, explain and decide': `
    export { canonicalPolicy, checkPolicyText, compilePolicy, createMemoryCounters, decide, explain, lint, parsePolicy,
      ruleWords } from './index.ts';`,
};

test.for(Object.entries(pages))(
  'what a browser fetches %s is under 60 kB gzip, the pattern engine a chunk that it does not fetch',
  async ([, contents]) => {
    const { outputFiles, metafile } = await bundle(contents);
    const fetched = fetchedWith('bundle/stdin.js', metafile);
    const bytes = outputFiles
      .filter(({ path }) => fetched.some((name) => path.endsWith(`/${name}`)))
      .map(({ contents: file }) => gzipSync(file).length);
    expect(bytes).toHaveLength(fetched.length);
    expect(bytes.reduce((sum, each) => sum + each)).toBeLessThan(MAX_BYTES);

    const withPatterns = Object.entries(metafile.outputs).flatMap(([name, { inputs }]) =>
      Object.keys(inputs).some((input) => input.includes('node_modules/re2js/')) ? [name] : [],
    );
    expect(withPatterns).toHaveLength(1);
    expect(fetched).not.toContain(withPatterns[0]);
    const named = metafile.outputs['bundle/stdin.js']?.imports;
    expect(named).toContainEqual({ path: withPatterns[0], kind: 'dynamic-import' });
  },
);

test('the entry that only decides brings neither lints nor recommendations', async () => {
  const { metafile } = await bundle(pages['to decide']);
  const inputs = Object.keys(metafile.inputs).filter((input) => !input.includes('node_modules'));
  expect(inputs).toContain('decide.ts');
  expect(inputs.filter((input) => /recommend|lint\.ts|-lints|merge|simulate/.test(input))).toEqual(
    [],
  );
});

const bundle = (contents: string) =>
  build({
    stdin: { contents, resolveDir: import.meta.dirname, sourcefile: 'page.ts' },
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

import {
  type InputOptions,
  type OutputChunk,
  type OutputOptions,
  type Plugin,
  type RolldownOutput,
  rolldown,
} from 'rolldown';

/** What is bundled, and into which folder. */
export type BundleOptions = { root: string; entry: string; dir: string; plugins?: Plugin[] };

const inputOf = ({ root, entry, plugins }: BundleOptions): InputOptions => ({
  cwd: root,
  input: entry,
  ...(plugins && { plugins }),
  platform: 'node',
  transform: { target: 'node24' },
  // What others' packages are warned of is no business of ours; what is missing ends the build.
  logLevel: 'silent',
});
const output: OutputOptions = {
  format: 'esm',
  // Names stay, so that a stack can be read.
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  comments: false,
  // A text with one character beyond Latin-1 takes two bytes for each, in memory as in the time to read it.
  charset: 'ascii',
};

/** Bundles a command line into files, each a part that is loaded when it is needed; gives the modules in them. */
export async function bundle(options: BundleOptions): Promise<string[]> {
  await using made = await rolldown(inputOf(options));
  return modulesOf((await made.write({ ...output, dir: options.dir })).output);
}

/**
 * The same, with one part and all that is loaded before it as one file: finding and opening thirty takes a tenth of a
 * start.
 */
export async function bundleWhole(part: string, options: BundleOptions): Promise<string[]> {
  await using made = await rolldown(inputOf(options));
  const chunks = chunksOf((await made.generate(output)).output);
  const first = chunks.filter(({ facadeModuleId }) => facadeModuleId?.endsWith(part));
  const whole = new Set(withImports(first, chunks).flatMap(({ moduleIds }) => moduleIds));
  const groups = [{ name: 'whole', test: (id: string) => whole.has(id) }];
  const codeSplitting = { groups, includeDependenciesRecursively: false };
  return modulesOf((await made.write({ ...output, dir: options.dir, codeSplitting })).output);
}

type Chunk = Pick<OutputChunk, 'fileName' | 'facadeModuleId' | 'imports' | 'moduleIds'>;

/** Parts, and all that is loaded before them. */
function withImports(parts: Chunk[], all: Chunk[], seen = new Set<Chunk>()): Chunk[] {
  for (const part of parts) {
    if (seen.has(part)) continue;
    seen.add(part);
    withImports(
      all.filter(({ fileName }) => part.imports.includes(fileName)),
      all,
      seen,
    );
  }
  return [...seen];
}

const chunksOf = (made: RolldownOutput['output']): Chunk[] =>
  made.filter((each) => each.type === 'chunk');

const modulesOf = (made: RolldownOutput['output']) =>
  chunksOf(made).flatMap(({ moduleIds }) => moduleIds);

import { buildSite } from '@toolwarden/site';
import { type Command, readArguments } from '../command.ts';
import type { Io } from '../io.ts';
import { existingData, resolvePath } from '../paths.ts';
import { startProgress } from '../progress.ts';

const help = `
toolwarden build [--data DIR] [--out DIR] [--json]

Renders the catalogue as a static site with its search index. DIR is replaced only when everything is whole.

  --data DIR   the records (default data)
  --out DIR    where the site goes (default dist)
  --json       one line at the end: {pages, tools, servers, problems, durationMs}

Example:
  toolwarden build --data data --out dist && toolwarden serve --dir dist
`;

export const buildCommand: Command = { name: 'build', summary: 'build the site', help, run };

async function run(args: string[], io: Io, signal: AbortSignal): Promise<number> {
  const { values } = readArguments('build', args, {
    data: { type: 'string' },
    out: { type: 'string' },
  });
  const dataDir = existingData(io, values.data);
  const outDir = resolvePath(io, values.out ?? 'dist');
  const progress = startProgress(io, 'build', 1, values.json === true);
  let result: Awaited<ReturnType<typeof buildSite>>;
  try {
    result = await buildSite({
      dataDir,
      outDir,
      signal,
      onProgress: ({ phase, done = 0, total = 1 }) => progress.update(done, total, phase),
    });
  } finally {
    progress.stop();
  }
  for (const { file, message } of result.problems) io.err(`build: ${file}: ${message}; left out`);
  if (values.json) io.out(JSON.stringify({ ...result, problems: result.problems.length }));
  else
    io.out(
      `${result.pages} pages for ${result.tools} tools of ${result.servers} servers in ${(result.durationMs / 1000).toFixed(1)} s: ${outDir}`,
    );
  return result.problems.length > 0 ? 1 : 0;
}

import { openStore } from '@toolwarden/catalogue/store';
import { classifyLines, classifyStore } from '@toolwarden/classifier';
import { type Command, readArguments } from '../command.ts';
import type { Io } from '../io.ts';
import { existingData } from '../paths.ts';
import { startProgress } from '../progress.ts';
import { readLines } from '../read-lines.ts';

const help = `
toolwarden classify [--data DIR] [--json]
toolwarden classify --stdin

Says for each listed tool what one call does (Read, Write, Execute), its traits and its level, why, and with which
quoted evidence. What was judged before under the same rules is not judged again.

  --data DIR   the records (default data)
  --stdin      reads one JSON line a tool, {id, server?: {name, description}, tool: {name, description, …}}, and prints
               one JSON line each, in order; a bad line, a blank one included, gives {id or null, line, error} and
               exit code 1 at the end
  --json       one line a server: {server, tools, changed}

Example:
  echo '{"id":1,"tool":{"name":"delete_note","description":"Deletes a note."}}' | toolwarden classify --stdin
`;

export const classifyCommand: Command = {
  name: 'classify',
  summary: 'judge the tools that were listed',
  help,
  run,
};

async function run(args: string[], io: Io, signal: AbortSignal): Promise<number> {
  const { values } = readArguments('classify', args, {
    data: { type: 'string' },
    stdin: { type: 'boolean' },
  });
  if (values.stdin) return classifyStdin(io);
  const store = openStore(existingData(io, values.data));
  const progress = startProgress(io, 'classify', 1, values.json === true);
  let done = 0;
  const judging = classifyStore(store, {
    signal,
    onServer: (id, result) => {
      done += 1;
      progress.update(done, result.of, id);
      if (values.json)
        io.out(JSON.stringify({ server: id, tools: result.tools, changed: result.changed }));
    },
  });
  const { servers, tools, changed, problems } = await judging.finally(() => progress.stop());
  for (const { file, message } of problems) io.err(`classify: ${file}: ${message}; skipped`);
  if (!values.json) io.out(`${tools} tools of ${servers} servers; ${changed} servers judged anew`);
  return problems.length > 0 ? 1 : 0;
}

async function classifyStdin(io: Io): Promise<number> {
  let isAllGood = true;
  for await (const line of classifyLines(readLines(io.stdin))) {
    io.out(line);
    // A judgement never has the key `error` at its top; the cheap test comes first.
    if (line.includes('"error":') && Object.hasOwn(JSON.parse(line), 'error')) isAllGood = false;
  }
  return isAllGood ? 0 : 1;
}

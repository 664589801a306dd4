import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { openStore, type Store } from '@toolwarden/catalogue/store';
import { classifyLines, classifyStore, toolsToAsk } from '@toolwarden/classifier';
import type { ModelJudge } from '@toolwarden/classifier/model';
import { CliError, type Command, readArguments } from '../command.ts';
import type { Io } from '../io.ts';
import { type ModelValues, modelOptions, modelSettings } from '../model-options.ts';
import { existingData, resolvePath } from '../paths.ts';
import { startProgress } from '../progress.ts';
import { readLines } from '../read-lines.ts';

const help = `
toolwarden classify [--data DIR] [--json]
toolwarden classify --stdin
toolwarden classify [--stdin] --model NAME [--base-url URL] [--budget USD --price-in USD --price-out USD] [--batch]

Says for each listed tool what one call does (Read, Write, Execute), its traits and its level, why, and with which
quoted evidence. What was judged before under the same rules is not judged again.

  --data DIR        the records (default data)
  --stdin           reads one JSON line a tool, {id, server?: {name, description}, tool: {name, description, …}}, and
                    prints one JSON line each, in order; a bad line, a blank one included, gives {id or null, line,
                    error} and exit code 1 at the end
  --json            one line a server: {server, tools, changed}

With --model a model is asked beside the rules. It may raise what the rules say, with words quoted from the definition,
and never lower it. Each question is sent and paid for once; the answers are kept in DIR/.toolwarden/model.db (without
a data folder, .toolwarden/model.db here). Definitions are sent to the endpoint, without the secrets found in them.

  --model NAME      the model, as the endpoint calls it
  --base-url URL    any endpoint that speaks OpenAI's API: https, or this machine (default https://api.openai.com/v1)
  --budget USD      the most that this ledger may ever hold as spent; set aside before each call, never exceeded
  --price-in USD, --price-out USD
                    the model's price for a million tokens; a budget is counted in them
  --batch           asks what is new through the Batch API, which is cheaper and takes up to a day; a run that was
                    stopped goes on where it was
  --concurrency N   requests at once, 1 to 16 (default 4)
  --deadline T      the most time for one request, answer included (default 60s, at most 5m)
  --max-output N    the most tokens of one answer (default 2000; more for models that think first)

The key comes from TOOLWARDEN_MODEL_KEY, else OPENAI_API_KEY, and goes to the endpoint's host alone. Exit code 1 if no
tool got an answer of the model. Endpoints, privacy and how answers combine: docs/classifying.md.

Example:
  echo '{"id":1,"tool":{"name":"delete_note","description":"Deletes a note."}}' | toolwarden classify --stdin
  toolwarden classify --model qwen3:8b --base-url http://localhost:11434/v1
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
    ...modelOptions,
  });
  if (values.stdin && values.batch)
    throw new CliError('usage', 'classify: --batch needs a data folder; use it without --stdin');
  const dir = values.stdin ? undefined : existingData(io, values.data);
  const model = await openModel(values, ledgerFile(io, values.data), io);
  try {
    if (model !== undefined && !values.batch && model.openBatches() > 0)
      throw new CliError(
        'input',
        'classify: a batch of an earlier run was not read yet; add --batch to go on with it',
      );
    if (dir === undefined) return await classifyStdin(io, signal, model);
    return await classifyData(openStore(dir), io, signal, model, values);
  } catch (error) {
    if (!signal.aborted) throw error;
    io.err('classify: stopped; run it again to go on');
    return 1;
  } finally {
    model?.close();
  }
}

async function classifyData(
  store: Store,
  io: Io,
  signal: AbortSignal,
  model: ModelJudge | undefined,
  values: { json?: boolean | undefined; batch?: boolean | undefined },
): Promise<number> {
  if (model !== undefined && values.batch) {
    await model.askAhead(await toolsToAsk(store, model), signal, (open) =>
      io.err(`classify: waiting for ${open === 1 ? 'a batch' : `${open} batches`}`),
    );
  }
  const progress = startProgress(io, 'classify', 1, values.json === true);
  let done = 0;
  const judging = classifyStore(store, {
    signal,
    ...(model && { model }),
    onServer: (id, result) => {
      done += 1;
      progress.update(done, result.of, id);
      if (values.json)
        io.out(JSON.stringify({ server: id, tools: result.tools, changed: result.changed }));
    },
  });
  const { servers, tools, changed, problems, stale } = await judging.finally(() => progress.stop());
  for (const { file, message } of problems) io.err(`classify: ${file}: ${message}; skipped`);
  for (const { server, tool, by, on, now } of stale)
    io.err(
      `classify: ${server}: the correction of ${JSON.stringify(tool)} by ${by} on ${on} is stale (the definition ${now === 'gone' ? 'is no longer listed' : 'changed'}); look at it again`,
    );
  if (!values.json) io.out(`${tools} tools of ${servers} servers; ${changed} servers judged anew`);
  const isUseless = model !== undefined && reportModel(model, io);
  return problems.length > 0 || isUseless ? 1 : 0;
}

async function classifyStdin(
  io: Io,
  signal: AbortSignal,
  model: ModelJudge | undefined,
): Promise<number> {
  let isAllGood = true;
  const judge = model && { judge: model.judge, signal };
  // A stop ends the wait for a line that may never come.
  const input = io.stdin instanceof Readable ? addAbortSignal(signal, io.stdin) : io.stdin;
  for await (const line of classifyLines(readLines(input), judge)) {
    io.out(line);
    // A judgement never has the key `error` at its top; the cheap test comes first.
    if (line.includes('"error":') && Object.hasOwn(JSON.parse(line), 'error')) isAllGood = false;
  }
  // Every line has its answer; that no model helped is said, but is no fault of a line.
  if (model !== undefined) reportModel(model, io);
  return isAllGood ? 0 : 1;
}

async function openModel(
  values: ModelValues,
  ledger: string,
  io: Io,
): Promise<ModelJudge | undefined> {
  const settings = modelSettings(values, io.env);
  if (settings === undefined) return undefined;
  // Loaded only here: rules alone need neither a database nor a client.
  const { createModelJudge } = await import('@toolwarden/classifier/model');
  return createModelJudge({ ...settings, ledgerFile: ledger });
}

function ledgerFile(io: Io, data: string | undefined): string {
  const folder = resolvePath(io, data ?? 'data');
  return data !== undefined || existsSync(folder)
    ? join(folder, '.toolwarden', 'model.db')
    : resolvePath(io, '.toolwarden/model.db');
}

/** Says what the model was good for; true where it was asked and helped with nothing. */
function reportModel(model: ModelJudge, io: Io): boolean {
  const { judged, unavailable, spent, spentNow } = model.report();
  const reasons = Object.entries(unavailable);
  const without = reasons.reduce((sum, [, count]) => sum + count, 0);
  if (without > 0)
    io.err(
      `classify: the model gave no answer for ${without} of ${judged + without} tools (${reasons.map(([why, count]) => `${why} ${count}`).join(', ')}); the rules' answers stand, marked model-unavailable`,
    );
  if (spent > 0)
    io.err(
      `classify: spent $${spentNow.toFixed(4)} now, $${spent.toFixed(4)} in all by this ledger`,
    );
  return judged === 0 && without > 0;
}

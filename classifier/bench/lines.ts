import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readLabels, serverWordsOf } from '../evals/labels.ts';

/**
 * Pipes so many lines through `toolwarden classify --stdin`, no two alike, and prints its memory on the way. The command runs
 * as its user runs it, so that reading and writing are measured too.
 */
export async function benchLines(count: number): Promise<void> {
  const labels = readLabels(new URL('../evals/open-labels.jsonl', import.meta.url));
  const command = join(import.meta.dirname, '../../cli/bin/toolwarden.js');
  const child = spawn(process.execPath, [command, 'classify', '--stdin'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const start = performance.now();
  const sizes: number[] = [];
  let answers = 0;
  const reading = (async () => {
    for await (const _ of createInterface({ input: child.stdout })) {
      answers++;
      if (answers % Math.ceil(count / 20) !== 0) continue;
      sizes.push(await residentMiB(child.pid ?? 0));
      console.log(`${String(answers).padStart(8)} lines: ${sizes.at(-1)} MiB`);
    }
  })();
  for (let line = 0; line < count; line++) {
    const label = labels[line % labels.length] as (typeof labels)[0];
    // A name and a text that were never seen before: what keeps either would grow.
    const tool = {
      ...label.tool,
      name: `${label.tool.name}_${line}`,
      description: `${String(label.tool['description'] ?? '')} Item ${line}.`,
    };
    const text = JSON.stringify({ id: line, server: serverWordsOf(label), tool });
    if (!child.stdin.write(`${text}\n`)) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  await reading;
  const seconds = (performance.now() - start) / 1000;
  const half = sizes.slice(sizes.length / 2);
  console.log(
    `${answers} of ${count} lines in ${seconds.toFixed(1)} s, ${Math.round(answers / seconds)} a second; memory in the second half ${Math.min(...half)} to ${Math.max(...half)} MiB`,
  );
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

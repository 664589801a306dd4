import { stripVTControlCharacters } from 'node:util';
import type { CrawlAttempt } from '@toolwarden/scraper';
import { plainText } from './plain-text.ts';

/** One attempt at a server for a person: what it was given, how it ended, and its own words below a bar. */
export function explainAttempt(attempt: CrawlAttempt, number: number): string[] {
  const { server, given, command, tools, reason, exit, exceeded, output } = attempt;
  const how = given.length > 0 ? given.join('; ') : 'nothing';
  const ends = [
    reason ?? 'complete',
    `${tools} tool${tools === 1 ? '' : 's'}`,
    // One that listed is ended by us.
    ...(reason === undefined ? [] : [exit.code === null ? `${exit.signal}` : `exit ${exit.code}`]),
    ...(exceeded === undefined ? [] : [exceeded]),
  ];
  return [
    `${server} attempt ${number}, given ${plainText(how)}`,
    `  $ ${plainText(command.map(quoted).join(' '))}`,
    `  ${ends.join(', ')}`,
    ...output
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '')
      .map((line) => `  | ${plainText(stripVTControlCharacters(line))}`),
  ];
}

function quoted(word: string): string {
  return /^[\w@%+=:,./~{}-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

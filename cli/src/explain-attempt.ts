import { stripVTControlCharacters } from 'node:util';
import type { CrawlAttempt } from '@toolwarden/scraper';

/** One attempt at a server for a person: what it was given, how it ended, and its own words below a bar. */
export function explainAttempt(attempt: CrawlAttempt, number: number): string[] {
  const { server, given, tools, reason, output } = attempt;
  const how = given.length > 0 ? given.join('; ') : 'nothing';
  const end = reason === undefined ? 'complete' : reason;
  return [
    `${server} attempt ${number}, given ${printable(how)}`,
    `  ${end}, ${tools} tool${tools === 1 ? '' : 's'}`,
    ...output
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '')
      .map((line) => `  | ${printable(line)}`),
  ];
}

/** A stranger's words as a terminal can show them without obeying them. */
function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
}

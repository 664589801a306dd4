/** What is left on a terminal after a text was printed: the lines that a person reads. */
export function screenOf(text: string): string[] {
  const lines: string[] = [''];
  let row = 0;
  let column = 0;
  let isConcealed = false;
  for (const [token, code] of text.matchAll(TOKENS)) {
    if (token === '\n') {
      row++;
      column = 0;
      lines[row] ??= '';
    } else if (token === '\r') column = 0;
    else if (code !== undefined) {
      const count = Number.parseInt(code, 10) || 1;
      if (code.endsWith('A')) row = Math.max(0, row - count);
      if (code.endsWith('K')) lines[row] = code === '2K' ? '' : (lines[row] ?? '').slice(0, column);
      if (code.endsWith('m')) isConcealed = code === '8m';
    } else if (!token.startsWith('\u001b')) {
      const line = (lines[row] ?? '').padEnd(column);
      lines[row] = line.slice(0, column) + (isConcealed ? ' ' : token) + line.slice(column + 1);
      column++;
    }
  }
  return lines;
}

// Control sequences with their code, commands to the terminal (titles, links), and single characters.
const TOKENS = /\u001b\[([\d;]*[A-Za-z])|\u001b\][^\u0007]*\u0007|./gsu;

/**
 * Lines of a byte stream, split at `\n` alone with a trailing `\r` dropped. Node's readline also splits at U+2028 and
 * U+2029, which stand raw inside JSON strings; a byte order mark before the first line is dropped.
 */
export async function* readLines(
  input: AsyncIterable<string | Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of input) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    // Searching only the new text keeps a very long line from being searched again with each chunk.
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      yield withoutReturn(rest + text.slice(from, end));
      rest = '';
      from = end + 1;
    }
    rest += text.slice(from);
  }
  rest += decoder.decode();
  if (rest !== '') yield withoutReturn(rest);
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

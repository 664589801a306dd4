import type { Reading } from './reading.ts';
import { orderAt, orderIn, type Steering } from './steering.ts';

const MAX_ROUNDS = 6;

/**
 * The reading without what gives orders to its reader: orders are no account of what a call does, so they may neither
 * add to it nor take from it. Every character keeps its place, so that quotes are still found where they say.
 */
export function withoutOrders(reading: Reading, steering: readonly Steering[]): Reading {
  if (!steering.some(({ kind }) => kind === 'orders')) return reading;
  let description = reading.description;
  const sentences = reading.sentences.map((sentence) => {
    const text = blanked(sentence.text);
    if (text === sentence.text) return sentence;
    description =
      description.slice(0, sentence.start) + text + description.slice(sentence.start + text.length);
    return { text: text.trimEnd(), start: sentence.start };
  });
  const { title, ...rest } = reading;
  return {
    ...rest,
    title: title === undefined || orderIn(title.text) !== undefined ? undefined : title,
    description,
    sentences: sentences.filter(({ text }) => text.trim() !== ''),
    fields: reading.fields.map((field) => ({
      ...field,
      description: blanked(field.description),
      values: field.values.filter(({ value }) => orderIn(value) === undefined),
    })),
  };
}

/** A text with each order in it turned into blanks: to the end of its sentence, or of its mark-up. */
function blanked(text: string): string {
  let result = text;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const order = orderAt(result);
    if (order === undefined) return result;
    const rest = result.slice(order.start);
    const length = lengthOf(rest, order.end - order.start);
    result = result.slice(0, order.start) + ' '.repeat(length) + rest.slice(length);
  }
  return result;
}

/** How far an order reaches: an end mark is only itself; what is in mark-up ends with it, any other with its sentence. */
function lengthOf(text: string, found: number): number {
  const mark = END_MARK.exec(text);
  if (mark?.index === 0) return mark[0].length;
  const closed = MARKED_UP.exec(text);
  if (closed !== null) return closed[0].length;
  const after = text.slice(found);
  const stop = after.search(/[.!?。！](?:\s|$)|\n|<\/[^>\n]{1,40}>|\[\/\w{1,20}\]/);
  if (stop === -1) return text.length;
  const end = END_MARK.exec(after.slice(stop));
  return found + stop + (end?.index === 0 ? end[0].length : 1);
}
const END_MARK = /<\/[^>\n]{1,40}>|\[\/\w{1,20}\]/;
const MARKED_UP = /^<[^>\n]{1,40}>[^<\n]{0,400}<\/[^>\n]{1,40}>|^\[INST\][^[\n]{0,400}\[\/INST\]/i;

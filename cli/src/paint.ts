import { styleText } from 'node:util';
import type { Io } from './io.ts';

type Colour = Parameters<typeof styleText>[0];

/** Colours words for a person at a terminal; elsewhere, or with NO_COLOR set, the words stay plain. */
export function painter({
  isTty,
  env,
}: Pick<Io, 'isTty' | 'env'>): (colour: Colour, text: string) => string {
  const isColoured = isTty && (env.NO_COLOR === undefined || env.NO_COLOR === '');
  return (colour, text) => (isColoured ? styleText(colour, text, { validateStream: false }) : text);
}

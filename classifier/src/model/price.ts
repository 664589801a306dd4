import { ClassifierError } from '../classifier-error.ts';

/** What a model costs, in US dollars for a million tokens: the same number in millionths of a dollar for one. */
export type Prices = { input: number; output: number };

/** How many tokens a call used, as its endpoint says. */
export type Usage = { input: number; output: number };

/** Amounts are whole millionths of a dollar, so that sums are exact. */
export type Micros = number;

/** Checks a budget and the prices it is counted in; a budget without prices would be a promise nobody can keep. */
export function readBudget({
  budget,
  input,
  output,
}: {
  /** US dollars. */
  budget?: number | undefined;
  input?: number | undefined;
  output?: number | undefined;
}): { budget?: Micros; prices: Prices } {
  if ((input === undefined) !== (output === undefined))
    throw new ClassifierError('no-price', '--price-in and --price-out belong together');
  if (budget !== undefined && (input === undefined || output === undefined))
    throw new ClassifierError(
      'no-price',
      '--budget: add --price-in and --price-out (US dollars for a million tokens), which the cap is counted in',
    );
  return {
    prices: { input: input ?? 0, output: output ?? 0 },
    ...(budget !== undefined && { budget: Math.floor(budget * 1e6) }),
  };
}

/** The price of tokens, rounded up. */
export function costOf({ input, output }: Usage, prices: Prices): Micros {
  return Math.ceil(input * prices.input + output * prices.output);
}

// Marks of roles and turns that an endpoint adds around the texts.
const FRAME_TOKENS = 200;

/** The most a request can cost: no tokenizer makes more tokens than the text has bytes. */
export function worstCost(requestText: string, maxOutput: number, prices: Prices): Micros {
  return costOf(
    { input: Buffer.byteLength(requestText) + FRAME_TOKENS, output: maxOutput },
    prices,
  );
}

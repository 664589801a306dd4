import type { ModelSettings } from '@toolwarden/classifier/model';
import { CliError, readDuration, readNumber } from './command.ts';
import type { Io } from './io.ts';

/** The options that say which model to ask, and how. */
export const modelOptions = {
  model: { type: 'string' },
  'base-url': { type: 'string' },
  budget: { type: 'string' },
  'price-in': { type: 'string' },
  'price-out': { type: 'string' },
  batch: { type: 'boolean' },
  concurrency: { type: 'string' },
  deadline: { type: 'string' },
  'max-output': { type: 'string' },
} as const;

/** Their values as they were typed. */
export type ModelValues = {
  [Name in keyof typeof modelOptions]?: (typeof modelOptions)[Name]['type'] extends 'boolean'
    ? boolean | undefined
    : string | undefined;
};

/** The settings of a model; `undefined` where none is asked for, and then no other option of its own may stand. */
export function modelSettings(
  values: ModelValues,
  env: Io['env'],
): Omit<ModelSettings, 'ledgerFile'> | undefined {
  const { model } = values;
  if (model === undefined) {
    const names = Object.keys(modelOptions) as (keyof typeof modelOptions)[];
    const stray = names.find((name) => values[name] !== undefined);
    if (stray === undefined) return undefined;
    throw new CliError('usage', `classify: --${stray} is about a model; name one with --model`);
  }
  const whole = (name: 'concurrency' | 'max-output', least: number, most: number) => {
    const text = values[name];
    return text === undefined ? undefined : readNumber(name, text, least, most);
  };
  return {
    model,
    baseUrl: values['base-url'],
    key: env['TOOLWARDEN_MODEL_KEY'] || env['OPENAI_API_KEY'] || undefined,
    budget: dollars('budget', values.budget),
    priceIn: dollars('price-in', values['price-in']),
    priceOut: dollars('price-out', values['price-out']),
    concurrency: whole('concurrency', 1, 16),
    deadlineMs: values.deadline === undefined ? undefined : deadline(values.deadline),
    maxOutput: whole('max-output', 100, 100_000),
  };
}

/** Node gives a server five minutes to begin its answer; a longer deadline would be no promise. */
const LONGEST_DEADLINE_MS = 300_000;

function deadline(text: string): number {
  const milliseconds = readDuration('deadline', text);
  if (milliseconds > LONGEST_DEADLINE_MS)
    throw new CliError('usage', `--deadline ${text}: expected at most 5m`);
  return milliseconds;
}

function dollars(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,7}(?:\.\d{1,6})?$/.test(text))
    throw new CliError(
      'usage',
      `--${option} ${text}: expected US dollars such as 5 or 0.25, at most six digits after the point`,
    );
  return Number(text);
}

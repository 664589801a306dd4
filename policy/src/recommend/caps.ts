import type { Judgement } from './judgement.ts';

/** How far a recommendation trusts the agent. */
export const profiles = ['strict', 'recommended', 'permissive'] as const;
export type Profile = (typeof profiles)[number];

export type Cap = { window: 'minute' | 'hour' | 'day'; max: number; why: string };

// Round figures that a person at work does not reach and a loop does: a tenth of a call a second to one a second,
// ten times less where the effect reaches people or cannot be undone.
const PER_MINUTE = {
  strict: { Read: 30, Write: 0, Execute: 0 },
  recommended: { Read: 60, Write: 30, Execute: 10 },
  permissive: { Read: 300, Write: 120, Execute: 60 },
} as const;
const FACTOR = { strict: 0.5, recommended: 1, permissive: 5 } as const;

const WHY = {
  Read: 'A ceiling on reads stops a loop before it empties the service or the quota.',
  Write: 'Changes can be put right one by one; a cap keeps a runaway agent from making hundreds.',
  Execute:
    'Each call sets something going whose effect lies outside the call, so few a minute are enough.',
} as const;

/** The ceilings for what a tool does; the tightest window that fits its act, and a daily one where totals matter. */
export function capsFor({ category, traits }: Judgement, profile: Profile): Cap[] {
  const has = new Set(traits);
  const scaled = (max: number) => Math.max(1, Math.round(max * FACTOR[profile]));
  const acts = category !== 'Read';
  if (has.has('financial')) {
    return [{ window: 'hour', max: scaled(5), why: 'Moved money does not come back by itself.' }];
  }
  if (has.has('destructive') || has.has('code_execution')) {
    const why = has.has('destructive')
      ? 'What is removed is gone; few removals an hour keep a mistake small.'
      : 'A program can do anything its account can; few runs an hour can still be read by a person.';
    return [{ window: 'hour', max: scaled(10), why }];
  }
  const perMinute = PER_MINUTE[profile][category];
  const minute: Cap = { window: 'minute', max: perMinute, why: WHY[category] };
  if (has.has('bulk') && acts) {
    return [
      { ...minute, max: Math.min(perMinute, scaled(5)) },
      {
        window: 'day',
        max: scaled(20),
        why: 'One call reaches many at once, so the day’s total counts, not the rate.',
      },
    ];
  }
  if (has.has('communicates_externally')) {
    const why = acts
      ? 'What is sent cannot be called back; a daily cap bounds how many people an error reaches.'
      : 'An address can carry data out, so the day’s total is bounded.';
    return [minute, { window: 'day', max: scaled(acts ? 100 : 300), why }];
  }
  if (has.has('private_data') || has.has('credential_access')) {
    return [
      { ...minute, max: Math.max(1, Math.round(perMinute / 2)) },
      {
        window: 'day',
        max: scaled(500),
        why: 'The results can hold personal or confidential data; a daily cap bounds how much can leak.',
      },
    ];
  }
  return [minute];
}

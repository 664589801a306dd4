import { expect, test } from 'vitest';
import type { State } from '../state/state.ts';
import { startHttpHarness } from '../testing/http-gateway.ts';

const TOKEN = 'token-of-a-1234567890';
const headers = { Authorization: `Bearer ${TOKEN}` };
const NOT_FORESEEN = 'canary: a fault that nobody foresaw';

/** A state one of whose methods fails in a way that is none of its own. */
function failing(method: 'record' | 'findGrant', how: 'throws' | 'rejects') {
  const fault = { isOn: false };
  const throughState = (state: State): State => ({
    ...state,
    [method](...given: never[]) {
      if (!fault.isOn) return (state[method] as (...args: never[]) => unknown)(...given);
      const error = new TypeError(NOT_FORESEEN);
      if (how === 'throws') throw error;
      return Promise.reject(error);
    },
  });
  return { fault, throughState };
}

test.for([
  ['record', 'throws'],
  ['record', 'rejects'],
  ['findGrant', 'throws'],
  ['findGrant', 'rejects'],
] as const)(
  'G18: %s %s: those requests are refused in both eras, and the next ones are served',
  async ([method, how]) => {
    const { fault, throughState } = failing(method, how);
    const harness = await startHttpHarness({
      ...{ grants: { [TOKEN]: ['test'] }, throughState },
      invariants: { secrets: [NOT_FORESEEN] },
    });
    const session = await harness.open(headers);
    // Of a call the record tells whose it is; for everything else its caller is looked up.
    const [asked, params, fine] =
      method === 'record' ? ['tools/call', { name: 'act' }, '"done"'] : ['tools/list', {}, '"act"'];
    const calls = async () => [
      await session.request(asked, params),
      await harness.ask(asked, params, { headers }),
    ];
    for (const { text } of await calls()) expect(text).toContain(fine);
    fault.isOn = true;
    harness.happenings.push({ kind: 'lost', what: method });
    for (const { text } of await calls()) {
      expect(text).toMatch(/"isError":true|Refused: the gateway cannot judge this now/);
    }
    fault.isOn = false;
    harness.happenings.push({ kind: 'restored' });
    for (const { text } of await calls()) expect(text).toContain(fine);
    expect(harness.gateway.load()).toEqual({ inFlight: 0, sessions: 1 });
  },
);

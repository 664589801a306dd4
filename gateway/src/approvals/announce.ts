import type { CallEntry, Recorded, State } from '../state/state.ts';
import type { Webhook } from './webhook.ts';

/** A state whose questions are told to a webhook as they are asked. It changes nothing else. */
export function announcing<Store extends State>(state: Store, webhook: Webhook): Store {
  const announce = ({ grant, server, tool, at }: CallEntry, recorded: Recorded) => {
    const { approvalId: id, decision } = recorded;
    if (id !== undefined) webhook.tell({ id, grant, server, tool, reason: decision.reason, at });
    return recorded;
  };
  return {
    ...state,
    record(entry, judge) {
      const recorded = state.record(entry, judge);
      return recorded instanceof Promise
        ? recorded.then((done) => announce(entry, done))
        : announce(entry, recorded);
    },
    async close() {
      await webhook.close();
      await state.close();
    },
  };
}

import { isJsonObject, type JsonObject, own } from '@toolwarden/catalogue';
import { createGuard } from '../guard.ts';
import type { Identity } from '../http/identity.ts';
import type { World } from '../http/world.ts';
import { code } from '../link/link-options.ts';
import { refusalResult, unavailable } from '../refusal.ts';

/** What the record calls the server of what no server of the grant has. */
const NO_SERVER = '*';

type Wanted = {
  method: string;
  kind: 'tools' | 'prompts' | 'resources';
  name: string;
  params: JsonObject;
};

/**
 * The refusal of what leads to no server of the grant, recorded like any other. It reads as the refusal of what is
 * hidden, so nobody learns by it what there is elsewhere.
 */
export async function refusedNowhere(
  world: World,
  { identity, session }: { identity: Identity; session: string | undefined },
  { method, kind, name, params }: Wanted,
): Promise<JsonObject> {
  const guard = createGuard({
    caller: { server: NO_SERVER, grant: identity.grant },
    policy: () => world.setup.policies.get(identity.policy),
    state: world.state,
    nextCallId: world.nextCallId,
    clock: Date.now,
    isObserving: world.isObserving,
  });
  const given = own(params, 'arguments') ?? {};
  const args = isJsonObject(given) ? given : {};
  const ask = {
    ...{ kind, method, name, arguments: args, argumentsText: JSON.stringify(args) },
    ...(session !== undefined && { session }),
  };
  const verdict = await guard.judge(ask, unavailable.reason);
  if (verdict.pass) {
    // Only observing: but there is nobody to send it to.
    world.state.undo(verdict.callId);
    world.state.outcome(verdict.callId, { kind: 'not-sent', reason: 'no server has this' });
    return { error: { code: code.invalidParams, message: 'Nothing of this name is here' } };
  }
  const isStateless = session === undefined;
  const result = refusalResult(name, verdict, {
    isStateless,
    stateOption: world.stateOption,
    pages: world.approvalPages,
  });
  if (kind === 'tools' && method === 'tools/call') return { result };
  const [content] = result['content'] as { text: string }[];
  return {
    error: {
      code: code.invalidRequest,
      message: content?.text ?? '',
      data: result['_meta'] ?? null,
    },
  };
}

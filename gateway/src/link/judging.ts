import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import { GatewayError } from '../gateway-error.ts';
import type { Ask, Verdict } from '../guard.ts';
import type { ClientMethod } from '../protocol/methods.ts';
import { deniedResult, refusalResult, refusedTogether } from '../refusal.ts';
import type { LiveTool } from '../tools/tool-table.ts';
import type { ApprovalLeads } from './approval-leads.ts';
import { AskedTogether } from './asked-together.ts';
import type { Exchanges } from './exchanges.ts';
import { follow } from './follow.ts';
import { type HeldAnswer, heldUntilAnswered } from './hold.ts';
import { judgedAs } from './judged-as.ts';
import { code, type LinkOptions, type RecalledCaller } from './link-options.ts';
import type { OtherLists } from './other-lists.ts';
import { type Pending, tokenOf } from './pending.ts';
import { printParams } from './print-params.ts';
import { repliesIn } from './replies.ts';
import type { Tasks } from './tasks.ts';
import type { ToolLists } from './tool-lists.ts';

const NOT_ALLOWED = 'The grant of this call does not hold any more';

type Refused = Extract<Verdict, { pass: false }>;
/** A part of a request that waits for a person. */
type Waiting = { ask: Ask; refused: Refused };
type Hold = { ids: readonly string[]; holdMs: number; isOver: () => boolean; refused: Refused };

/** Nobody reads more questions than this for the sake of one request. */
const MOST_QUESTIONS = 8;

/** Arguments of this length are worth forgetting. */
const LONG = 1_024;

/** What judging rests on. */
export type JudgingParts = {
  exchanges: Exchanges;
  tools: ToolLists;
  lists: OtherLists;
  tasks: Tasks;
  leads: ApprovalLeads;
};

/** From a client's request to its sending or refusal: nothing that policies are about leaves before it was judged. */
export class Judging {
  readonly #options: LinkOptions;
  readonly #exchanges: Exchanges;
  readonly #tools: ToolLists;
  readonly #lists: OtherLists;
  readonly #tasks: Tasks;
  readonly #leads: ApprovalLeads;
  readonly #together: AskedTogether<Waiting>;

  constructor(options: LinkOptions, { exchanges, tools, lists, tasks, leads }: JudgingParts) {
    this.#options = options;
    this.#exchanges = exchanges;
    this.#tools = tools;
    this.#lists = lists;
    this.#tasks = tasks;
    this.#leads = leads;
    this.#together = new AskedTogether(options.approvalStatus);
  }

  /** Judges what needs it, and sends what may pass. */
  request(pending: Pending, act: ClientMethod, hasParams: boolean): unknown {
    const { method, params } = pending;
    if (act === 'call-tool') return this.#callTool(pending);
    // Nobody's tasks but those that calls of this connection began.
    if (act === 'task' && this.#tasks.owed(params) === undefined)
      return this.#exchanges.fail(pending, code.invalidParams, 'There is no such task');
    const asks = judgedAs(act, method, params);
    if (asks === 'invalid')
      return this.#exchanges.fail(pending, code.invalidParams, 'Invalid params');
    const text = hasParams ? JSON.stringify(this.#sent(pending)) : undefined;
    if (asks === undefined) return this.#exchanges.send(pending, text);
    return asks.length > 1
      ? this.#judgeTogether(pending, asks, text ?? '{}')
      : this.#judgeAll(pending, asks, text ?? '{}');
  }

  /** Judges parts that pass only together; where people are still being asked about them, they are not asked anew. */
  async #judgeTogether(pending: Pending, asks: Ask[], text: string) {
    const open = await this.#together.stillOpen(asks, this.#options.guard.policyDigest);
    if (open !== undefined) return this.#goOnOrHold(pending, text, open.waiting, open.left);
    pending.parts = asks;
    return this.#judgeAll(pending, asks, text);
  }

  #callTool(pending: Pending): unknown {
    const { params } = pending;
    const name = own(params, 'name');
    // Absent is empty; null is not.
    const given = own(params, 'arguments');
    const args = given === undefined ? {} : given;
    if (typeof name !== 'string' || !isJsonObject(args)) {
      const message = 'Expected a name, and arguments in an object';
      return this.#exchanges.fail(pending, code.invalidParams, message);
    }
    const { guard, session, recalled } = this.#options;
    const caller = recalled?.(pending.origin);
    return follow(this.#ensured(pending, caller), (isAllowed) => {
      if (!isAllowed) return this.#exchanges.fail(pending, code.invalidRequest, NOT_ALLOWED);
      const tool = this.#tools.get(name);
      const problem = tool && this.#transportProblem(pending, tool);
      if (problem) return this.#exchanges.fail(pending, problem.code, problem.message);
      return follow(tool && this.#problemCheck(pending, tool), (check) => {
        const argumentsText = JSON.stringify(args);
        const ask: Ask = {
          kind: 'tools',
          method: pending.method,
          name,
          arguments: args,
          argumentsText,
          session: pending.isStateless ? undefined : session,
          replies: repliesIn(params).replies,
          tokenHash: caller?.tokenHash,
        };
        const verdict = guard.judgeCall(ask, tool, check?.(args));
        return follow(verdict, (judged) => {
          pending.callId = judged.callId;
          caller?.wasRecorded();
          if (!judged.pass)
            return this.#refuseOrHold(pending, name, judged, () => this.#callTool(pending));
          if (judged.after !== undefined) pending.after = judged.after;
          this.#exchanges.send(pending, printParams(this.#sent(pending), argumentsText));
          forgetArguments(pending, argumentsText.length);
        });
      });
    });
  }

  /** Sees to a list to judge by; false where the server would be asked for it for somebody who may not call any more. */
  #ensured(pending: Pending, caller: RecalledCaller | undefined): boolean | Promise<boolean> {
    const { needsFreshLists } = this.#options.guard;
    // Looked at once: a list may become too old between two looks.
    if (this.#tools.isEnsured(needsFreshLists)) return true;
    const ensure = () =>
      this.#tools.ensure(metaOf(pending), needsFreshLists)?.then(() => true) ?? true;
    if (caller === undefined) return ensure();
    const found = caller.lookUp();
    if (found instanceof Promise) return found.then((isAllowed) => isAllowed && ensure());
    return found && ensure();
  }

  /** The check of the arguments; a tool whose results could not be checked is not called at all. */
  #problemCheck(pending: Pending, tool: LiveTool) {
    if (tool.checkOutput === undefined) return tool.checkArguments();
    return follow(tool.checkOutput(), (output) => {
      if ('unusable' in output) return () => output.unusable;
      pending.checkOutput = output.check;
      return tool.checkArguments();
    });
  }

  // What is wrong with its headers would tell that a hidden tool exists.
  #transportProblem(pending: Pending, tool: LiveTool) {
    const { transportProblem, guard } = this.#options;
    return transportProblem?.(pending, tool, () => guard.isListed(tool));
  }

  /** The params as the server gets them: where several clients share it, they tell their progress apart by our ids. */
  #sent(pending: Pending): JsonObject {
    const { params, id } = pending;
    if (!this.#options.isShared || tokenOf(pending) === undefined) return params;
    const meta = own(params, '_meta');
    return { ...params, _meta: { ...(isJsonObject(meta) ? meta : {}), progressToken: id } };
  }

  /** Judges everything that one request asks for; it passes only whole, and people are asked about all of it at once. */
  #judgeAll(pending: Pending, asks: Ask[], text: string, waiting: Waiting[] = []): unknown {
    const [first, ...rest] = asks;
    if (first === undefined || waiting.length >= MOST_QUESTIONS)
      return this.#goOnOrHold(pending, text, waiting, asks);
    const more = {
      session: pending.isStateless ? undefined : this.#options.session,
      replies: repliesIn(pending.params).replies,
    };
    const { guard } = this.#options;
    const objection = guard.needsFreshLists
      ? this.#lists.problemOf(first, metaOf(pending))
      : undefined;
    const verdict = follow(objection, (problem) => guard.judge({ ...first, ...more }, problem));
    return follow(verdict as Verdict | Promise<Verdict>, (judged) => {
      if (!judged.pass) {
        if (judged.approvalId === undefined) return this.#refuse(pending, first.name, judged);
        return this.#judgeAll(pending, rest, text, [...waiting, { ask: first, refused: judged }]);
      }
      if (judged.after !== undefined) pending.after = judged.after;
      // Only the last of several is paired with the answer; the others were part of the same request.
      if (rest.length > 0 || waiting.length > 0)
        pending.others = [...(pending.others ?? []), judged.callId];
      else pending.callId = judged.callId;
      return this.#judgeAll(pending, rest, text, waiting);
    });
  }

  #goOnOrHold(pending: Pending, text: string, waiting: Waiting[], left: Ask[]): unknown {
    const [first, ...others] = waiting;
    if (first === undefined) return this.#exchanges.send(pending, text);
    const again = () =>
      this.#judgeAll(
        pending,
        waiting.map(({ ask }) => ask),
        text,
      );
    if (others.length === 0 && left.length === 0)
      return this.#refuseOrHold(pending, first.ask.name, first.refused, again);
    const together = refusedTogether(
      waiting.map(({ refused }) => refused),
      { isWhole: left.length === 0, ...this.#waysToAnswer() },
    );
    if (pending.parts !== undefined) this.#together.remember(pending.parts, { waiting, left });
    const refuse = () => this.#refuseAs(pending, together);
    const ids = waiting.flatMap(({ refused: { approvalId: id } }) => id ?? []);
    const holds = waiting.map(({ refused }) => refused.holdMs);
    if (pending.wasHeld || left.length > 0 || holds.includes(undefined)) return refuse();
    const holdMs = Math.min(...(holds as number[]));
    const hold = { ids, holdMs, isOver: () => false, refused: first.refused };
    return this.#held(pending, hold, again, refuse);
  }

  /** Where the policy wants the call to wait for a person's answer, it is judged anew once it is approved. */
  #refuseOrHold(pending: Pending, name: string, refused: Refused, again: () => unknown) {
    const { approvalId, holdMs } = refused;
    if (approvalId === undefined || pending.wasHeld || pending.round?.isAccepted === false)
      return this.#refuse(pending, name, refused);
    const waiting = { id: approvalId, tool: name, reason: refused.decision.reason };
    const round = this.#leads.round(pending, waiting);
    if (round !== undefined) return this.#exchanges.refused(pending, { result: round });
    const lead = this.#leads.ask(pending, waiting);
    if (holdMs === undefined) return this.#refuse(pending, name, refused);
    const isOver = () => lead?.isDeclined === true;
    const hold = { ids: [approvalId], holdMs, isOver, refused };
    return this.#held(
      pending,
      hold,
      () => {
        lead?.over();
        return again();
      },
      () => this.#refuse(pending, name, refused),
    );
  }

  /** Waits for the answers to questions; all of them must be yes. */
  #held(pending: Pending, hold: Hold, again: () => unknown, refuse: () => unknown) {
    const { approvalStatus, clock, mayStillCall } = this.#options;
    Object.assign(pending, { isHeld: true, wasHeld: true });
    const isOver = () =>
      pending.isCancelled || hold.isOver() || !this.#exchanges.isWaiting(pending);
    const look = async (): Promise<HeldAnswer> => {
      const all = await Promise.all(hold.ids.map((id) => approvalStatus(id)));
      // One no is enough.
      if (all.includes('denied')) return 'denied';
      // What another call used, or whose time is over, leaves this one to be asked about anew.
      return all.includes('pending') ? 'pending' : 'go-on';
    };
    return heldUntilAnswered({ look, holdMs: hold.holdMs, isOver }).then(async (answer) => {
      const now = clock();
      Object.assign(pending, { isHeld: false, startedAt: now, activeAt: now });
      if (answer === 'denied')
        return this.#refuseAs(pending, deniedResult(hold.refused, pending.isStateless));
      if (answer === 'pending') return refuse();
      // A token that was replaced meanwhile is none; the record alone would only know that its grant holds.
      if ((await mayStillCall?.(pending.origin)) === false) throw grantOver();
      return again();
    });
  }

  #refuse(pending: Pending, name: string, refused: Refused) {
    const { isStateless } = pending;
    const result = refusalResult(name, refused, { isStateless, ...this.#waysToAnswer() });
    return this.#refuseAs(pending, result);
  }

  #waysToAnswer() {
    const { stateOption, approvalPages } = this.#options;
    return { stateOption, pages: approvalPages?.() };
  }

  #refuseAs(pending: Pending, result: JsonObject) {
    if (pending.method === 'tools/call') return this.#exchanges.refused(pending, { result });
    const [content] = result['content'] as { text: string }[];
    const error = {
      code: code.invalidRequest,
      message: content?.text ?? '',
      data: result['_meta'] ?? null,
    };
    this.#exchanges.refused(pending, { error });
  }
}

function grantOver(): GatewayError {
  return new GatewayError('grant-unknown', 'the grant or token of a call that waited is over');
}

// Our own requests borrow what the client says of itself, where nobody said it at the start.
function metaOf({ isStateless, params }: Pending): JsonValue | undefined {
  return isStateless ? own(params, '_meta') : undefined;
}

/**
 * Nobody looks at the arguments of what was sent, and a server may take minutes; only in the stateless era are its
 * questions counted by them.
 */
function forgetArguments(pending: Pending, length: number): void {
  if (length > LONG && !pending.isStateless) pending.params = { ...pending.params, arguments: {} };
}

import { join } from 'node:path';
import { openSqliteState } from '@toolwarden/gateway/operator';
import type { Agent, Door } from './agent.ts';
import { families, type Scenario } from './scenario.ts';

/** How one server is wrapped: everything that the shared gateway has too, and a state of the run's own. */
export type WrapPlan = {
  /** The `toolwarden` command, as a program and its arguments. */
  command: readonly string[];
  /** Where the shared gateway's policies, classes and lock file lie. */
  folder: string;
  /** The policy's name in that folder. */
  policy: string;
  /** The run's own folder for counters, approvals and audit. */
  state: string;
};

/** The first scenario of each family whose control is a policy: those that run over stdio as well. */
export function stdioScenarios(scenarios: readonly Scenario[]): Scenario[] {
  return families.flatMap(
    (family) => scenarios.find((each) => each.family === family && each.against === 'policy') ?? [],
  );
}

/** A door through `toolwarden wrap`, with stdio in front. */
export function wrapDoor(plan: WrapPlan, server: string, url: string): Door {
  const { command, folder, policy, state } = plan;
  const file = (name: string) => join(folder, name);
  return {
    url,
    command: [
      ...command,
      ...['wrap', '--policy', file(`${policy}.json`), '--server', server, '--url', url],
      ...['--catalogue', file('classes.json'), '--lock', file('toolwarden.lock.json')],
      ...['--state', state],
    ],
  };
}

/** The person who answers what a wrapped server's policy asks. */
export function approverOf(state: string): ConstructorParameters<typeof Agent>[1] {
  return (approvalId) => {
    const opened = openSqliteState({ folder: state });
    opened.approvals.answer(approvalId, 'approved', 'a person');
    void opened.close();
  };
}

import {
  type ApplicableAttack,
  type Attack,
  attacksForStack,
  type CatalogueTool,
  type Level,
  levels,
  type Trait,
} from '@toolwarden/catalogue';
import { type Conflict, type Policy, recommendServer, withFlows } from '@toolwarden/policy';
import type { LoadedServer } from '../server-data.ts';
import { mergePolicies } from '../workbench/merge-policies.ts';

export type StackTool = { server: LoadedServer; tool: CatalogueTool };

/** What an agent with these servers can do. */
export type StackView = {
  /** The riskiest first; what nobody judged comes before all. */
  tools: StackTool[];
  levels: { level: Level | undefined; count: number }[];
  tokens: number;
  /** The three parts of a leak, and who gives them; a leak needs all. */
  legs: { trait: Trait; title: string; tools: StackTool[] }[];
  isToxic: boolean;
  attacks: ApplicableAttack[];
  policy: Policy;
  conflicts: Conflict[];
};

const LEGS: readonly { trait: Trait; title: string }[] = [
  { trait: 'private_data', title: 'Private data comes in' },
  { trait: 'untrusted_content', title: 'Text by outsiders comes in' },
  { trait: 'communicates_externally', title: 'Something can go out' },
];

export function stackView(servers: readonly LoadedServer[], attacks: readonly Attack[]): StackView {
  const tools = servers
    .flatMap((server) => server.entry.tools.map((tool): StackTool => ({ server, tool })))
    .sort((a, b) => rank(b.tool) - rank(a.tool));
  const legs = LEGS.map((leg) => ({
    ...leg,
    tools: tools.filter(({ tool }) => tool.judgement?.traits.includes(leg.trait)),
  }));
  const isToxic = legs.every((leg) => leg.tools.length > 0);
  const { policy, conflicts } = mergePolicies([
    { version: '1', default: 'deny' },
    ...servers.map(({ entry }) => withoutName(recommendServer(entry).policy)),
  ]);
  const shown: (Level | undefined)[] = [...levels.map(({ id }) => id).reverse(), undefined];
  return {
    tools,
    levels: shown.map((level) => ({
      level,
      count: tools.filter(({ tool }) => tool.judgement?.risk === level).length,
    })),
    tokens: servers.reduce((sum, server) => sum + server.tokens, 0),
    legs,
    isToxic,
    attacks: attacksForStack(
      servers.map(({ entry }) => entry),
      attacks,
    ),
    policy: withFlows(
      policy,
      servers.map(({ entry }) => entry),
    ).policy,
    conflicts,
  };
}

const rank = ({ judgement }: CatalogueTool) =>
  judgement === undefined ? levels.length : levels.findIndex(({ id }) => id === judgement.risk);

function withoutName({ name: _name, ...policy }: Policy): Policy {
  return policy;
}

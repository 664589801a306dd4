import {
  type ApplicableAttack,
  type Attack,
  type CatalogueEntry,
  type CatalogueTool,
  type Category,
  type CrawlOutcome,
  type CrawlReason,
  type HistoryEvent,
  readTool,
  type ServerId,
  type Trait,
} from '@toolwarden/catalogue';
import { type AttackReason, applicableAttacks, serverAttacks } from './applicable-attacks.ts';
import { type ChangeLine, changeLines } from './change-lines.ts';
import { publisherOf } from './publisher.ts';
import { type ServerLink, serverLink } from './server-view.ts';
import type { ToolLink } from './tool-link.ts';
import { linkTo } from './tool-view.ts';
import { toolUrl } from './urls.ts';
import { clip } from './visible-text.ts';

/** What other pages need of a tool: lists, indexes, related tools, attacks. */
export type ToolSummary = ToolLink & {
  slug: string;
  serverId: ServerId;
  category: Category | undefined;
  traits: readonly Trait[] | undefined;
  digest: string;
  isOpenToReview: boolean;
  description: string;
  attacks: AttackReason[];
  /** Day on which its definition last changed, by its history. */
  changedOn: string | undefined;
};

/** What other pages need of a server; small, so that all servers together fit in memory. */
export type ServerSummary = ServerLink & {
  slug: string;
  version: string;
  outcome: CrawlOutcome;
  reason: CrawlReason | undefined;
  detail: string | undefined;
  tools: ToolSummary[];
  attacks: AttackReason[];
  publisher: string | undefined;
  /** The newest of them. */
  changes: ChangeLine[];
  /** Day on which its page last changed, by its history; absent where it was listed once. */
  changedOn: string | undefined;
};

const DESCRIPTION = 160;
/** Of each server so many changes stand in the lists of all; its own pages have every one. */
const CHANGES = 50;

export function summarizeServer(
  entry: CatalogueEntry,
  attacks: readonly Attack[],
  history: readonly HistoryEvent[] = [],
): ServerSummary {
  const { record, slug, tools } = entry;
  return {
    ...serverLink(entry),
    slug,
    version: record.version,
    outcome: record.outcome,
    reason: record.reason,
    detail: record.detail,
    tools: tools.map((tool) => ({
      ...summarizeTool(entry, tool),
      attacks: applicableAttacks(entry, tool, attacks).map(reasonOf),
      changedOn: lastDay(history, tool.definition.name),
    })),
    attacks: serverAttacks(entry, attacks).map(reasonOf),
    publisher: publisherOf(record.id),
    changes: changeLines(entry, history, CHANGES),
    changedOn: lastDay(history),
  };
}

/** A tool without its attacks, which need the whole server. */
export function summarizeTool(entry: CatalogueEntry, tool: CatalogueTool): ToolSummary {
  const { description = '' } = readTool(tool.definition);
  return {
    ...linkTo({ entry, tool, url: toolUrl(entry.slug, tool.slug) }),
    slug: tool.slug,
    serverId: entry.record.id,
    category: tool.judgement?.category,
    traits: tool.judgement?.traits,
    digest: tool.digest,
    isOpenToReview: tool.judgement !== undefined && (tool.classification?.review.length ?? 0) > 0,
    description: clip(
      description
        .slice(0, 4 * DESCRIPTION)
        .replace(/\s+/g, ' ')
        .trim(),
      DESCRIPTION,
    ),
    attacks: [],
    changedOn: undefined,
  };
}

/** Of a tool, or of a whole server. */
function lastDay(history: readonly HistoryEvent[], name?: string): string | undefined {
  const days = history
    .filter((event) => name === undefined || !('tool' in event) || event.tool === name)
    .map(({ at }) => at.slice(0, 10));
  return days.sort().at(-1);
}

function reasonOf({ attack, because }: ApplicableAttack): AttackReason {
  return { id: attack.id, because };
}

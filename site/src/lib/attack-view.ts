import {
  type Attack,
  type AttackEntry,
  type AttackKind,
  controls,
  frameworks,
  type JsonValue,
  linksBetween,
} from '@toolwarden/catalogue';
import { policySchema } from '@toolwarden/policy';
import { affectedBy } from './affected-tools.ts';
import { caveatWords, gatewayWords, kindWords, verificationWords } from './attack-words.ts';
import type { CatalogueView } from './catalogue-view.ts';
import { type JsonToken, joinTokens, jsonTokens } from './json-tokens.ts';
import { compareText } from './names.ts';
import { type NeedsWords, needsWords } from './needs-words.ts';
import { type ProseSection, proseSections } from './prose.ts';
import { type ReplayView, replayView } from './replay-view.ts';
import { asLink, type ToolLink } from './tool-link.ts';
import { attackFacetUrl, attackUrl } from './urls.ts';
import { wrapRefusal } from './wrap-refusal.ts';

/** An entry of the attack database in a list. */
export type AttackLink = {
  id: string;
  url: string;
  title: string;
  kind: string;
  year: string | undefined;
  verification: string;
  caveats: { title: string; meaning: string }[];
  gateway: { stops: Attack['gateway']['stops']; title: string };
  summary: string;
};

type Control = {
  title: string;
  url: string;
  where: (typeof controls)[number]['where'];
  how: string;
  /** `refusal`: why `toolwarden wrap` does not start with it; absent where it does. */
  policy: { text: string; tokens: JsonToken[]; refusal: string | undefined } | undefined;
};

/** Everything an entry's page shows. */
export type AttackView = AttackLink & {
  verificationMeaning: string;
  because: string;
  severity: string | undefined;
  dates: { label: string; value: string }[];
  affected: Attack['affected'];
  aliases: string[];
  needs: NeedsWords;
  sections: ProseSection[];
  controls: Control[];
  replay: ReplayView | undefined;
  mappings: { id: string; framework: string; url: string; by: string; note: string | undefined }[];
  related: AttackLink[];
  references: Attack['references'];
  notes: string[];
  tools: { total: number; first: (ToolLink & { because: string })[] };
  servers: { total: number; first: { name: string; url: string; because: string }[] };
};

export function attackLink(attack: Attack): AttackLink {
  return {
    id: attack.id,
    url: attackUrl(attack.id),
    title: attack.title,
    kind: kindWords[attack.kind].title,
    year: (attack.dates.event ?? attack.dates.disclosure)?.slice(0, 4),
    verification: verificationWords[attack.verification].title,
    caveats: (attack.caveats ?? []).map((id) => caveatWords[id]),
    gateway: {
      stops: attack.gateway.stops,
      title: gatewayWords[attack.gateway.stops].title,
    },
    summary: attack.summary,
  };
}

/** Entries of one kind: what has a date by it, the latest first, and techniques by title. */
export function attacksOfKind(attacks: readonly Attack[], kind: AttackKind): Attack[] {
  const dateOf = ({ dates }: Attack) =>
    kind === 'technique' ? '' : (dates.event ?? dates.disclosure ?? '');
  return attacks
    .filter((attack) => attack.kind === kind)
    .sort((a, b) => compareText(dateOf(b), dateOf(a)) || compareText(a.title, b.title));
}

export function attackView(
  catalogue: CatalogueView,
  { attack, body, replay }: AttackEntry,
): AttackView {
  const { tools, servers } = affectedBy(catalogue, attack.id);
  return {
    ...attackLink(attack),
    verificationMeaning: verificationWords[attack.verification].meaning,
    because: attack.gateway.because,
    severity: severityOf(attack),
    dates: [
      ...(attack.dates.event ? [{ label: 'Happened', value: attack.dates.event }] : []),
      ...(attack.dates.disclosure
        ? [{ label: 'Made public', value: attack.dates.disclosure }]
        : []),
    ],
    affected: attack.affected,
    aliases: attack.aliases,
    needs: needsWords(attack.needs),
    sections: proseSections(body),
    controls: attack.stoppedBy.map(controlOf),
    replay: replay && replayView(replay),
    mappings: attack.mappings.map(mappingOf),
    related: relatedTo(catalogue, attack.id),
    references: attack.references,
    notes: attack.notes ?? [],
    tools: {
      total: tools.total,
      first: tools.first.map(({ of, because }) => ({ ...asLink(of), because })),
    },
    servers: {
      total: servers.total,
      first: servers.first.map(({ of, because }) => ({
        name: of.name,
        url: of.url,
        because,
      })),
    },
  };
}

function severityOf({ severity }: Attack): string | undefined {
  if (severity === undefined) return undefined;
  const { rating, score, system } = severity;
  const number = score === undefined ? '' : ` ${score.toFixed(1)}`;
  const by = system === undefined ? '' : ` (${system})`;
  return `${rating[0]?.toUpperCase()}${rating.slice(1)}${number}${by}, as published`;
}

function controlOf({ control, how, policy }: Attack['stoppedBy'][number]): Control {
  const known = controls.find(({ id }) => id === control);
  return {
    title: known?.title ?? control,
    url: attackFacetUrl('control', control),
    where: known?.where ?? 'elsewhere',
    how,
    policy: policy === undefined ? undefined : printed(policy),
  };
}

function printed(policy: JsonValue): NonNullable<Control['policy']> {
  const tokens = joinTokens(jsonTokens(policy));
  const refusal = wrapRefusal(policySchema.parse(policy));
  return { tokens, text: tokens.map(({ text }) => text).join(''), refusal };
}

function mappingOf({
  framework,
  id,
  assignedBy,
  note,
}: Attack['mappings'][number]): AttackView['mappings'][number] {
  return {
    id,
    framework: frameworks[framework].title,
    url: attackFacetUrl('framework', framework),
    by: assignedBy === 'source' ? 'by a source' : 'by us',
    note,
  };
}

const links = new WeakMap<CatalogueView, ReturnType<typeof linksBetween>>();

/** Entries that this one names or that name it, each once, by id. */
function relatedTo(catalogue: CatalogueView, id: string): AttackLink[] {
  const between = links.get(catalogue) ?? linksBetween(catalogue.attacks);
  links.set(catalogue, between);
  const { related = [], relatedFrom = [] } = between.get(id) ?? {};
  const ids = new Set([...related, ...relatedFrom]);
  return catalogue.attacks.filter((attack) => ids.has(attack.id)).map(attackLink);
}

import {
  type CatalogueEntry,
  type CatalogueTool,
  escapePointer,
  type JsonValue,
} from '@toolwarden/catalogue';
import {
  checkPolicyText,
  type Finding,
  type Recommendation,
  recommend,
  recommendServer,
} from '@toolwarden/policy';
import { type JsonToken, joinTokens, jsonTokens } from './json-tokens.ts';
import type { RuleOf } from './server-rules.ts';

/** The profiles, the one we recommend first, with what each is for. */
const profilesShown = [
  { profile: 'recommended', title: 'Recommended', use: 'for work with a person at hand' },
  { profile: 'strict', title: 'Strict', use: 'plain reads only' },
  { profile: 'permissive', title: 'Permissive', use: 'wide limits, for trusted automation' },
] as const;
type ProfileShown = (typeof profilesShown)[number]['profile'];

/** One profile's policy, ready to be read and copied. */
export type PolicyPanel = {
  profile: ProfileShown;
  title: string;
  use: string;
  effect: string;
  text: string;
  tokens: JsonToken[];
  /** Why each rule is there; `place` is the pointer without what is clear from the page. */
  whys: { pointer: string; place: string; why: string }[];
  /** Set where our own policy did not pass our own check; then the policy refuses everything. */
  fault?: string;
};

/** The policies for one tool. */
export function toolPolicies(entry: CatalogueEntry, tool: CatalogueTool): PolicyPanel[] {
  const { name } = tool.definition;
  // It names this tool alone, and need not be compared with each of a server's thousands.
  const alone = { ...entry, tools: [tool] };
  const base = `/tools/${escapePointer(name)}/`;
  return profilesShown.map((shown) => {
    const recommended = recommend(alone, name, shown.profile);
    const printed = print(recommended.policy);
    const check = () => checkPolicyText(printed.text, { entry: alone });
    return panel(shown, recommended, { printed, check }, base);
  });
}

/** Whether a policy's text is known to have passed our own check. */
export type IsPassed = (text: string) => boolean;

/** The policies for all tools of a server. */
export function serverPolicies(
  entry: CatalogueEntry,
  isPassed: IsPassed = () => false,
  ruleOf?: RuleOf,
): PolicyPanel[] {
  return profilesShown.map((shown) => {
    const recommended = recommendServer(entry, shown.profile, ruleOf);
    const printed = print(recommended.policy);
    // What makes a policy wrong stands in its text; an entry beside it only adds warnings, which its tools' own policies had.
    const check = () => (isPassed(printed.text) ? [] : checkPolicyText(printed.text));
    return panel(shown, recommended, { printed, check }, '/tools/');
  });
}

function panel(
  shown: (typeof profilesShown)[number],
  { rules, effect }: Omit<Recommendation, 'policy'>,
  { printed, check }: { printed: ReturnType<typeof print>; check: () => Finding[] },
  base: string,
): PolicyPanel {
  const fault = check().find(({ severity }) => severity === 'error');
  // A crawled definition must not be able to stop the build, and nothing that fails our own check is shown.
  if (fault !== undefined)
    return { ...shown, ...REFUSED, fault: `${fault.pointer}: ${fault.message}` };
  const whys = rules.map(({ pointer, why }) => ({
    pointer,
    place: pointer.startsWith(base) ? pointer.slice(base.length) : pointer,
    why,
  }));
  return { ...shown, ...printed, effect, whys };
}

/** A longer policy is not coloured: its elements would be three times its text, and nobody reads it from end to end. */
const MAX_COLOURED = 10_000;

// What is shown, copied and downloaded is one text, and that text is what is checked.
function print(policy: object): { text: string; tokens: JsonToken[] } {
  const tokens = joinTokens(jsonTokens(policy as JsonValue));
  const text = tokens.map((token) => token.text).join('');
  return { text, tokens: text.length > MAX_COLOURED ? [{ kind: 'plain', text }] : tokens };
}

const REFUSED = {
  ...print({ version: '1', default: 'deny' }),
  effect: 'Refused: no policy that passes our own check could be made for it.',
  whys: [],
};

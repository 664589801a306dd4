import type { CatalogueEntry, JsonValue } from '@toolwarden/catalogue';
import { checkPolicyText, recommend, recommendServer } from '@toolwarden/policy';
import { type JsonToken, joinTokens, jsonTokens } from './json-tokens.ts';
import { SiteError } from './site-error.ts';

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
  whys: { pointer: string; why: string }[];
};

/** The policies for one tool. @throws SiteError where one does not pass our own check: nothing unchecked is shown. */
export function toolPolicies(entry: CatalogueEntry, toolName: string): PolicyPanel[] {
  return profilesShown.map((shown) =>
    panel(shown, recommend(entry, toolName, shown.profile), entry),
  );
}

/** The policies for all tools of a server. */
export function serverPolicies(entry: CatalogueEntry): PolicyPanel[] {
  return profilesShown.map((shown) => panel(shown, recommendServer(entry, shown.profile), entry));
}

function panel(
  shown: (typeof profilesShown)[number],
  { policy, rules, effect }: ReturnType<typeof recommend>,
  entry: CatalogueEntry,
): PolicyPanel {
  // What is shown, copied and downloaded is one text, and that text is what is checked.
  const tokens = joinTokens(jsonTokens(policy as JsonValue));
  const text = tokens.map((token) => token.text).join('');
  const fault = checkPolicyText(text, { entry }).find(({ severity }) => severity === 'error');
  if (fault !== undefined) {
    throw new SiteError(
      'policy-invalid',
      `${entry.record.id}: the ${shown.profile} policy fails its own check at ${fault.pointer || '/'}: ${fault.message}`,
    );
  }
  return {
    ...shown,
    effect,
    text,
    tokens,
    whys: rules,
  };
}

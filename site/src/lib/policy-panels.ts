import { type CatalogueEntry, isJsonObject, type JsonValue } from '@toolwarden/catalogue';
import { checkPolicyText, recommend, recommendServer } from '@toolwarden/policy';
import { type JsonToken, joinTokens, jsonTokens } from './json-tokens.ts';
import { SiteError } from './site-error.ts';
import { escapeHidden } from './visible-text.ts';

/** The profiles, the one we recommend first, with what each is for. */
export const profilesShown = [
  { profile: 'recommended', title: 'Recommended', use: 'for work with a person at hand' },
  { profile: 'strict', title: 'Strict', use: 'plain reads only' },
  { profile: 'permissive', title: 'Permissive', use: 'wide limits, for trusted automation' },
] as const;
export type ProfileShown = (typeof profilesShown)[number]['profile'];

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
  const text = escapeHidden(JSON.stringify(policy, null, 2));
  const fault = checkPolicyText(text, { entry }).find(({ severity }) => severity === 'error');
  if (fault !== undefined) {
    throw new SiteError(
      'policy-invalid',
      `${entry.record.id}: the ${shown.profile} policy fails its own check at ${fault.pointer || '/'}: ${fault.message}`,
    );
  }
  const value = JSON.parse(text) as JsonValue;
  return {
    ...shown,
    effect,
    text,
    tokens: isJsonObject(value) ? joinTokens(jsonTokens(value)) : [],
    whys: rules,
  };
}

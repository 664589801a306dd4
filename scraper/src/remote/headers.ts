const REFERENCE = /\$\{env:([A-Za-z_][A-Za-z0-9_]{0,99})\}/g;

/** Headers with what the environment holds; one that wants a variable which is not set is left out. */
export function fillHeaders(
  headers: Record<string, string>,
  env: Record<string, string | undefined>,
): { filled: Record<string, string>; used: string[]; missing: string[]; secrets: string[] } {
  const filled: Record<string, string> = {};
  const [used, missing, secrets] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const [name, template] of Object.entries(headers)) {
    const names = [...template.matchAll(REFERENCE)].map(([, variable]) => variable as string);
    const absent = names.filter((variable) => !env[variable]);
    for (const variable of absent) missing.add(variable);
    if (absent.length > 0) continue;
    for (const variable of names) {
      used.add(variable);
      secrets.add(env[variable] as string);
    }
    filled[name] = template.replace(REFERENCE, (_, variable) => env[variable] as string);
  }
  return { filled, used: [...used].sort(), missing: [...missing].sort(), secrets: [...secrets] };
}

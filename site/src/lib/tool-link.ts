import type { Label, Level } from '@toolwarden/catalogue';

/** A tool in a list. */
export type ToolLink = {
  name: string;
  url: string;
  level: Level | undefined;
  label: Label | undefined;
  serverName: string;
};

/** Only what a list shows: a page changes with what stands on it and with nothing else. */
export function asLink({ name, url, level, label, serverName }: ToolLink): ToolLink {
  return { name, url, level, label, serverName };
}

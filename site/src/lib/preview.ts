import type { Level } from '@toolwarden/catalogue';

/** A picture that stands for a link to a page elsewhere: one a kind of page, and a level of tools. */
export type Preview = 'site' | 'server' | 'attack' | 'tool' | `tool-${Lowercase<Level>}`;

export const previews: readonly Preview[] = [
  'site',
  'server',
  'attack',
  'tool',
  'tool-low',
  'tool-medium',
  'tool-high',
  'tool-critical',
];

export function toolPreview(level: Level | undefined): Preview {
  return level === undefined ? 'tool' : `tool-${level.toLowerCase() as Lowercase<Level>}`;
}

export function previewPath(preview: Preview): string {
  return `/previews/${preview}.png`;
}

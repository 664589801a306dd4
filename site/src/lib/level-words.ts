import { type Level, levels } from '@toolwarden/catalogue';

/** What style sheets and addresses call a level; a tool that nobody judged has its own, never the lowest. */
export function levelKey(level: Level | undefined): string {
  return level?.toLowerCase() ?? 'unclassified';
}

export function levelTitle(level: Level | undefined): string {
  return level ?? 'Not classified';
}

export function levelMeaning(level: Level | undefined): string {
  return (
    levels.find(({ id }) => id === level)?.meaning ??
    'Nobody has judged this definition yet. Treat it as Critical until someone has.'
  );
}

/** 1 to 4; 0 for what is not classified. */
export function levelStep(level: Level | undefined): number {
  return levels.findIndex(({ id }) => id === level) + 1;
}

import type { Level as LevelId } from '@toolwarden/catalogue';
import { levelKey, levelTitle } from '../../lib/level-words.ts';

/** A level as icon and word; never by colour alone. */
export function Level({ level }: { level: LevelId | undefined }) {
  return (
    <span class="level" data-level={levelKey(level)}>
      <i class="level-icon" aria-hidden="true" />
      {levelTitle(level)}
    </span>
  );
}

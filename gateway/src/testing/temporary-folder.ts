import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder that is gone after the test. What was killed may still write its last while it is removed. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'toolwarden-gateway-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));
  return folder;
}

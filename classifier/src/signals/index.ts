import type { Signal } from '../signal.ts';
import { manyTargets, massSend, wholeExport } from './bulk.ts';
import { codeExecution } from './code-execution.ts';
import { describedSandbox, ownScratch } from './contained.ts';
import {
  access,
  accountLogins,
  keysGivenBack,
  passwords,
  secrets,
  variables,
} from './credential.ts';
import { destructiveOption, loss, removal } from './destructive.ts';
import { fetching, notifying, requesting, sending } from './external.ts';
import { financial } from './financial.ts';
import { multiAction } from './multi-action.ts';
import { aboutPeople, heldContent, personalContent, records } from './private.ts';
import { rawQuery } from './raw-query.ts';
import { outsideText, requestedPage, strangersWords } from './untrusted.ts';

/** Every signal, in the order of the guide's list of traits. Steering is found before them, by steering.ts. */
export const signals: readonly Signal[] = [
  removal,
  loss,
  destructiveOption,
  financial,
  sending,
  notifying,
  requesting,
  fetching,
  outsideText,
  requestedPage,
  strangersWords,
  personalContent,
  records,
  aboutPeople,
  heldContent,
  secrets,
  access,
  passwords,
  keysGivenBack,
  accountLogins,
  variables,
  codeExecution,
  rawQuery,
  manyTargets,
  massSend,
  wholeExport,
  multiAction,
  ownScratch,
  describedSandbox,
];

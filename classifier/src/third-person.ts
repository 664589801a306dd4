import { inflections } from './words.ts';

const PHRASAL: Record<string, string> = {
  setup: 'sets up',
  cleanup: 'cleans up',
  lookup: 'looks up',
  rollback: 'rolls back',
  backup: 'backs up',
  login: 'logs in',
  logout: 'logs out',
  shutdown: 'shuts down',
  signin: 'signs in',
  checkout: 'checks out',
  rm: 'removes',
  mv: 'moves',
  del: 'deletes',
  cat: 'prints',
  ls: 'lists',
  exec: 'executes',
  eval: 'evaluates',
  init: 'initialises',
  dm: 'messages',
  sms: 'texts',
  kickoff: 'starts',
  goto: 'goes to',
  bash: 'runs',
  shell: 'runs',
  ocr: 'reads',
  untar: 'unpacks',
  whoami: 'names',
  stat: 'describes',
  grep: 'searches',
  poweroff: 'turns off',
  poweron: 'turns on',
};

/** A verb as it stands after "one call". */
export function thirdPerson(verb: string): string {
  return (Object.hasOwn(PHRASAL, verb) ? PHRASAL[verb] : inflections(verb).finite[1]) ?? verb;
}

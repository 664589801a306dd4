import type { CatalogueEntry } from '@toolwarden/catalogue';
import {
  type Conflict,
  checkPolicyText,
  type Finding,
  merge,
  type Policy,
  type Profile,
  policySchema,
  recommend,
  recommendServer,
} from '@toolwarden/policy';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { LoadedServer } from '../../lib/server-data.ts';
import { mergePolicies } from '../../lib/workbench/merge-policies.ts';
import { printPolicy } from '../../lib/workbench/policy-edits.ts';
import { readFragment } from '../../lib/workbench/share-link.ts';
import {
  changed,
  redone,
  startHistory,
  type TextHistory,
  undone,
} from '../../lib/workbench/text-history.ts';
import { keptFragments } from '../my-policy/kept-fragments.ts';
import { loadServer } from '../parts/load-server.ts';
import type { Picked } from '../parts/server-picker.tsx';

const PROFILES: readonly Profile[] = ['recommended', 'strict', 'permissive'];
const EMPTY = printPolicy({ version: '1', default: 'deny' });

/** What the builder works on: servers beside one policy, whose text is the one truth. */
export type Bench = {
  servers: readonly LoadedServer[];
  text: string;
  /** Undefined while the text is no valid policy; then only the text can be edited. */
  policy: Policy | undefined;
  findings: readonly Finding[];
  notices: readonly string[];
  canUndo: boolean;
  canRedo: boolean;
  setText: (text: string, kind?: string) => void;
  edit: (change: (policy: Policy) => Policy, kind?: string) => void;
  undo: () => void;
  redo: () => void;
  pick: (picked: Picked, profile: Profile | 'none') => Promise<void>;
  add: (server: LoadedServer, policy?: Policy) => void;
  remove: (id: string) => void;
  say: (notice: string) => void;
};

export function useBench(): Bench {
  const [servers, setServers] = useState<readonly LoadedServer[]>([]);
  const [history, setHistory] = useState<TextHistory>(() => startHistory(EMPTY));
  const [notices, setNotices] = useState<readonly string[]>([]);
  const { text } = history;
  const policy = useMemo(() => readPolicy(text), [text]);
  const findings = useMemo(() => check(text, servers), [text, servers]);

  const addServer = (server: LoadedServer) =>
    setServers((known) => [...known.filter((each) => !isSame(each, server)), server]);
  const setText = (next: string, kind?: string) =>
    setHistory((before) => changed(before, next, kind));
  const edit: Bench['edit'] = (change, kind) =>
    setHistory((before) => {
      const now = readPolicy(before.text);
      return now === undefined ? before : changed(before, printPolicy(change(now)), kind);
    });
  const mergeIn = (added: Policy) =>
    setHistory((before) => {
      const now = readPolicy(before.text);
      if (now === undefined) return before;
      const merged = merge(now, added);
      setNotices(merged.conflicts.map(conflictWords));
      return changed(before, printPolicy(merged.policy));
    });
  const add: Bench['add'] = (server, added) => {
    addServer(server);
    if (added !== undefined) mergeIn(added);
  };
  const pick: Bench['pick'] = async ({ slug, tool }, profile) => {
    try {
      const server = await loadServer(slug);
      add(server, profile === 'none' ? undefined : recommended(server.entry, tool, profile));
    } catch (error) {
      setNotices([(error as Error).message]);
    }
  };

  // What the address or the kept fragments hold is there from the start.
  useEffect(() => {
    void startingPoint().then(({ slugs, start, notes, profile }) => {
      if (start !== undefined) setHistory(startHistory(start));
      setNotices(notes);
      for (const slug of slugs)
        loadServer(slug)
          .then((server) => add(server, profile && recommended(server.entry, undefined, profile)))
          .catch((error: Error) => setNotices((before) => [...before, error.message]));
    });
  }, []);

  return {
    servers,
    text,
    policy,
    findings,
    notices,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    setText,
    edit,
    undo: () => setHistory(undone),
    redo: () => setHistory(redone),
    pick,
    add,
    remove: (id) => setServers((known) => known.filter(({ entry }) => entry.record.id !== id)),
    say: (notice) => setNotices([notice]),
  };
}

function recommended(entry: CatalogueEntry, tool: string | undefined, profile: Profile): Policy {
  const { policy } =
    tool === undefined ? recommendServer(entry, profile) : recommend(entry, tool, profile);
  const { name: _name, ...rest } = policy;
  return rest;
}

const isSame = (a: LoadedServer, b: LoadedServer) => a.entry.record.id === b.entry.record.id;

function conflictWords({ pointer, message }: Conflict): string {
  return `${pointer}: ${message}`;
}

function readPolicy(text: string): Policy | undefined {
  try {
    const read = policySchema.safeParse(JSON.parse(text));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}

/** Checked against all servers as one: a name is unknown only where none of them has it. */
function check(text: string, servers: readonly LoadedServer[]): Finding[] {
  const [first] = servers;
  if (first === undefined) return checkPolicyText(text);
  const tools = servers.flatMap(({ entry }) => entry.tools);
  return checkPolicyText(text, { entry: { ...first.entry, tools } });
}

type StartingPoint = {
  slugs: string[];
  start?: string;
  notes: string[];
  /** Whose rules the servers bring, where the address asks for them. */
  profile?: Profile;
};

async function startingPoint(): Promise<StartingPoint> {
  const shared = await readFragment(location.hash);
  if (shared !== undefined) return { slugs: shared.servers, start: shared.policy, notes: [] };
  const asked = new URLSearchParams(location.search);
  const slugs = asked.getAll('server').slice(0, 50);
  const profile = PROFILES.find((each) => each === asked.get('with'));
  const kept = keptFragments();
  const notes = location.hash.startsWith('#p=')
    ? ['The link is damaged; nothing of it was used.']
    : [];
  if (!asked.has('mine') || kept.length === 0) return { slugs, notes, ...(profile && { profile }) };
  const fragments = kept.flatMap(({ policy }) => readPolicy(policy) ?? []);
  const merged = mergePolicies([{ version: '1', default: 'deny' }, ...fragments]);
  return {
    slugs: [...new Set([...slugs, ...kept.map(({ server }) => server)])],
    start: printPolicy(merged.policy),
    notes: [...notes, ...merged.conflicts.map(conflictWords)],
  };
}

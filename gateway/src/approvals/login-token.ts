import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { keyFile } from '../audit/key-file.ts';
import { openLoginMarks } from './login-marks.ts';

/** Who has logged in to answer approvals, and until when. */
export type Login = { by: string; expiresAt: number; id: string };

/** Makes and reads what a person shows to answer approvals; no grant is any of it. */
export type LoginTokens = {
  /** A token that a person types in, once, before its time ends. */
  create(by: string, expiresAt: number): string;
  /** What a browser keeps after a login: ends with the token, after half a day at the latest. */
  session(login: Login, at: number): string;
  /** Takes a token; the same a second time is none, whichever process took it. */
  useToken(text: string, at: number): Login | undefined;
  readSession(text: string, at: number): Login | undefined;
  /** From here on nothing that was given for this login holds. */
  end(login: Login): void;
  /** What a form carries, so that no other page can send it. */
  formKey(login: Login): string;
};

const SESSION_MS = 12 * 60 * 60_000;
/** A clock may be set back, and what was used stays used. */
const MARKED_MS = 24 * 60 * 60_000;

type Purpose = 'login' | 'session' | 'form';

/**
 * The tokens of a state folder. They are signed with a key that only its owner can read, so every process that shares
 * the folder knows them, and none has to be stored: only which were used, and which sessions a person ended.
 */
export function openLoginTokens(keys: string): LoginTokens {
  const key = keyFile(join(keys, 'approver.key'), () => randomBytes(32).toString('base64url'));
  const marks = openLoginMarks(join(keys, 'logins'));
  const sign = (purpose: Purpose, text: string) =>
    createHmac('sha256', key).update(`${purpose} ${text}`).digest('base64url');
  const write = (purpose: Purpose, { id, expiresAt, by }: Login) => {
    const text = [id, expiresAt.toString(36), Buffer.from(by).toString('base64url')].join('.');
    return `${text}.${sign(purpose, text)}`;
  };
  const read = (purpose: Purpose, token: string, at: number): Login | undefined => {
    const end = token.lastIndexOf('.');
    const text = token.slice(0, Math.max(end, 0));
    if (!isSame(sign(purpose, text), token.slice(end + 1))) return undefined;
    const [id = '', time = '', by = ''] = text.split('.');
    const expiresAt = Number.parseInt(time, 36);
    if (!(at < expiresAt)) return undefined;
    return { id, expiresAt, by: Buffer.from(by, 'base64url').toString() };
  };
  return {
    create: (by, expiresAt) =>
      write('login', { by, expiresAt, id: randomBytes(9).toString('base64url') }),
    useToken(text, at) {
      const login = read('login', text, at);
      if (login === undefined || !marks.make('used', login)) return undefined;
      marks.forget(at - MARKED_MS);
      return login;
    },
    session: ({ by, expiresAt, id }, at) =>
      write('session', { by, id, expiresAt: Math.min(expiresAt, at + SESSION_MS) }),
    readSession(text, at) {
      const login = read('session', text, at);
      return login === undefined || marks.has('ended', login) ? undefined : login;
    },
    end: (login) => void marks.make('ended', login),
    formKey: ({ id }) => sign('form', id),
  };
}

/** Compares two texts in a time that says nothing about where they differ. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

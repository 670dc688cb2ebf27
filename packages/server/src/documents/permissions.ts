import { StrongroomError } from '../errors.ts';
import type { Actor, Document } from './document.ts';

/** What can be done to documents. Later issues give keys and grants a part of these. */
export type Action =
  | 'upload'
  | 'list'
  | 'read'
  | 'change'
  | 'link'
  | 'archive'
  | 'delete'
  | 'restore'
  | 'storage'
  | 'metrics';

/** Who calls, as the door found out. */
export interface Caller {
  readonly actor: Actor;
  /** Ties log lines and events to one request. */
  readonly requestId: string;
  /** `everything`, or the bytes of exactly one document (a signed link). */
  readonly rights: 'everything' | { readonly read: string };
}

/** Raises `not_allowed`. Called before the input is validated or one byte is written (promise 4). */
export function assertAllowed(caller: Caller, action: Action, document?: Pick<Document, 'id'>): void {
  if (caller.rights === 'everything') return;
  if (action === 'read' && document?.id === caller.rights.read) return;
  throw new StrongroomError('not_allowed', { action });
}

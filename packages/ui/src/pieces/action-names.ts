import type { Document } from '@strongroom/client';
import type { Action } from '../connection/access.ts';

/** What users can do with a document, in the order in which it is offered. */
export const actionNames = ['preview', 'download', 'archive', 'unarchive', 'restore', 'delete'] as const;

export type ActionName = (typeof actionNames)[number];

const states: { readonly [name in ActionName]: readonly Document['state'][] } = {
  preview: ['available', 'archived'],
  download: ['available', 'archived'],
  archive: ['available'],
  unarchive: ['archived'],
  restore: ['deleted'],
  delete: ['receiving', 'inspecting', 'available', 'archived', 'quarantined'],
};

const rights: { readonly [name in ActionName]: Action } = {
  preview: 'read',
  download: 'read',
  archive: 'archive',
  unarchive: 'archive',
  restore: 'restore',
  delete: 'delete',
};

/** The actions that lead anywhere for `document` and that the caller may take. */
export function actionsFor({ state }: Document, may: (action: Action) => boolean): readonly ActionName[] {
  return actionNames.filter((name) => states[name].includes(state) && may(rights[name]));
}

/** The names in a comma list such as `download,delete`; all of them for an empty one. */
export function readActionNames(list: string): readonly ActionName[] {
  const wanted = list.split(',').map((name) => name.trim());
  return list.trim() === '' ? actionNames : actionNames.filter((name) => wanted.includes(name));
}

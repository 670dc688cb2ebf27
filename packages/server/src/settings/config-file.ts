import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DocumentType } from '../documents/policy.ts';
import { StartError } from '../errors.ts';
import type { LifecycleSettings, TimeoutSettings } from '../settings.ts';
import { ConfigValue } from './config-value.ts';
import { defaultDocumentTypes } from './document-types.ts';

/**
 * What strongroom.config.{ts,mjs,js} exports as its default, or strongroom.config.json holds. Every part may be left out.
 * Sizes are bytes or text such as "100MiB"; durations are text such as "30d", "12h", "90s".
 */
export interface StrongroomConfig {
  /** Takes the place of the default types. */
  readonly documentTypes?: readonly ConfiguredDocumentType[];
  /** The key of an object, such as "{recordId}/{type}/{id}{ext}" (the default). Must contain {id}. */
  readonly keyTemplate?: string;
  /** How long deleted documents stay in the trash, for types that don't say it themselves. Default "30d". */
  readonly trashFor?: string;
  readonly lifecycle?: { readonly [Name in keyof LifecycleSettings]?: string };
  readonly timeouts?: { readonly [Name in keyof TimeoutSettings]?: string };
}

interface ConfiguredDocumentType {
  /** 1 to 64 of a–z, 0–9, "_", "-". */
  readonly id: string;
  /** For people. Default: the id in words. */
  readonly label?: string;
  /** Content types such as "application/pdf". */
  readonly accept: readonly string[];
  /** Default: MAX_UPLOAD_SIZE alone limits it. */
  readonly maxSize?: number | string;
  /** "0": no trash, gone at once. */
  readonly trashFor?: string;
}

export interface Configured {
  readonly documentTypes: readonly DocumentType[];
  readonly keyTemplate: string;
  readonly lifecycle: LifecycleSettings;
  readonly timeouts: TimeoutSettings;
}

/** What the store's keys say of templates. */
interface KeyTemplates {
  /** The one of a service that configures none. */
  readonly standard: string;
  /** What is wrong with one, or null. */
  readonly problemOf: (template: string) => string | null;
}

const hour = 3_600_000;
const day = 24 * hour;
const names = ['ts', 'mjs', 'js', 'json'].map((extension) => `strongroom.config.${extension}`);

/**
 * Reads the config file: `path` where one is named, else the one strongroom.config.* in `cwd`, else the defaults.
 * Raises StartError with the file and the place in it.
 */
export async function readConfigFile(
  cwd: string,
  path: string | null,
  templates: KeyTemplates,
): Promise<Configured> {
  const file = path === null ? findFile(cwd) : resolve(cwd, path);
  const config = new ConfigValue(file ?? '', '', file === null ? {} : await load(file));
  const parts = config.members(['documentTypes', 'keyTemplate', 'trashFor', 'lifecycle', 'timeouts']);
  const trashFor = parts.trashFor.duration(0, 3650 * day, 30 * day);
  return {
    documentTypes: parts.documentTypes.given
      ? readTypes(parts.documentTypes, trashFor)
      : defaultDocumentTypes(trashFor),
    keyTemplate: readTemplate(parts.keyTemplate, templates),
    lifecycle: readLifecycle(parts.lifecycle),
    timeouts: readTimeouts(parts.timeouts),
  };
}

function findFile(cwd: string): string | null {
  const [found, another] = names.filter((name) => existsSync(resolve(cwd, name)));
  if (found === undefined) return null;
  if (another !== undefined) throw new StartError(`There are ${found} and ${another} in ${cwd}; keep one.`);
  return resolve(cwd, found);
}

async function load(file: string): Promise<unknown> {
  try {
    if (file.endsWith('.json')) return JSON.parse(await readFile(file, 'utf8'));
    return ((await import(pathToFileURL(file).href)) as { default?: unknown }).default;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`${file} can't be read: ${reason.replace(/\s+/g, ' ')}`, { cause: error });
  }
}

function readTemplate(value: ConfigValue, { standard, problemOf }: KeyTemplates): string {
  const template = value.text(1, 500, standard);
  const problem = problemOf(template);
  if (problem !== null) value.refuse(`a key template (${problem})`);
  return template;
}

function readTypes(value: ConfigValue, trashFor: number): DocumentType[] {
  const types = value.list(1, 200, 'document types').map((item) => readType(item, trashFor));
  const seen = new Set<string>();
  for (const { id } of types) {
    if (seen.has(id)) value.refuse(`each id once ("${id}" is there twice)`);
    seen.add(id);
  }
  return types;
}

function readType(value: ConfigValue, trashFor: number): DocumentType {
  const parts = value.members(['id', 'label', 'accept', 'maxSize', 'trashFor']);
  const id = parts.id.matching(/^[a-z0-9_-]{1,64}$/, '1 to 64 of a–z, 0–9, "_", "-"');
  return {
    id,
    label: parts.label.text(1, 200, inWords(id)),
    accept: parts.accept.list(1, 200, 'content types').map((item) =>
      // type "/" subtype of RFC 9110 §8.3.1 in lower case; names as RFC 6838 §4.2 restricts them.
      item.matching(
        /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/,
        'a content type in lower case, such as application/pdf',
      ),
    ),
    maxSize: parts.maxSize.size(null),
    trashFor: parts.trashFor.duration(0, 3650 * day, trashFor),
  };
}

function inWords(id: string): string {
  const words = id.replace(/[_-]+/g, ' ').trim() || id;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function readLifecycle(value: ConfigValue): LifecycleSettings {
  const parts = value.members(['every', 'uploadDeadAfter', 'lookAgainAfter', 'sweepEvery', 'forgetAfter']);
  return {
    every: parts.every.duration(10, day, 30_000),
    uploadDeadAfter: parts.uploadDeadAfter.duration(1000, day, 120_000),
    lookAgainAfter: parts.lookAgainAfter.duration(0, 30 * day, hour),
    sweepEvery: parts.sweepEvery.duration(1000, 30 * day, hour),
    forgetAfter: parts.forgetAfter.duration(0, 3650 * day, 30 * day),
  };
}

function readTimeouts(value: ConfigValue): TimeoutSettings {
  const parts = value.members(['connect', 'read', 'write', 'silence', 'records']);
  return {
    connect: parts.connect.duration(100, hour, 5_000),
    read: parts.read.duration(100, hour, 10_000),
    write: parts.write.duration(100, hour, 30_000),
    silence: parts.silence.duration(100, hour, 30_000),
    records: parts.records.duration(100, hour, 10_000),
  };
}

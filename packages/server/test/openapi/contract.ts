/** openapi.json as the tests read it: its operations, and its schemas compiled. */
import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { file } from './generate.ts';

export interface Schema {
  readonly [keyword: string]: unknown;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
  readonly example: unknown;
}

export interface MediaType {
  readonly schema: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

export interface Response {
  readonly description: string;
  readonly headers: Readonly<Record<string, { readonly required: boolean; readonly schema: Schema }>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  /** Undefined: an API key, or what the document has for all. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, MediaType>>;
  };
  readonly responses: Readonly<Record<string, Response>>;
}

type Components = Readonly<Record<string, Readonly<Record<string, Schema>>>>;

export const text = readFileSync(file, 'utf8');
export const document = JSON.parse(text) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Omit<Operation, 'method' | 'path'>>>>>;
  readonly components: Components;
};

/** Every operation, its references to anything but schemas followed. */
export const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    ...(followed(operation) as Operation),
    method: method.toUpperCase(),
    path,
  })),
);

/** What a reference of the document leads to. */
export function target(reference: string): unknown {
  return reference
    .slice('#/'.length)
    .split('/')
    .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document);
}

function followed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(followed);
  if (typeof value !== 'object' || value === null) return value;
  const { $ref } = value as { $ref?: string };
  if ($ref !== undefined && !$ref.startsWith('#/components/schemas/')) return followed(target($ref));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, followed(each)]));
}

const compile = compiler(closed(document.components));

/** What is wrong with a value by its schema, in which nothing may stand that the document does not name. */
export const complaintsOf = (schema: Schema, value: unknown) => compile(closed(schema), value);

function compiler(components: unknown): (schema: Schema, value: unknown) => string | null {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const compiled = new Map<string, ReturnType<typeof ajv.compile>>();
  return (schema, value) => {
    const key = JSON.stringify(schema);
    const validate = compiled.get(key) ?? ajv.compile({ ...schema, components });
    compiled.set(key, validate);
    return validate(value) ? null : worded(validate.errors ?? []);
  };
}

function worded(errors: readonly ErrorObject[]): string {
  return errors
    .map(({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`)
    .join('; ');
}

function closed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(closed) as T;
  if (typeof value !== 'object' || value === null) return value;
  const within = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, closed(each)]));
  const open = within.type === 'object' && within.properties && within.additionalProperties === undefined;
  return (open ? { ...within, additionalProperties: false } : within) as T;
}

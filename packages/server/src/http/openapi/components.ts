import type { TSchema } from 'typebox';
import { type AnswerHeader, answerHeaders } from './headers.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export interface JsonMap {
  readonly [name: string]: Json;
}

/** What openapi.json names once and refers to (OpenAPI 3.1 §4.8.7), gathered while operations are described. */
export class Components {
  readonly schemas: Record<string, JsonMap> = {};
  readonly responses: Record<string, JsonMap> = {};
  readonly headers: Record<string, JsonMap> = {};
  readonly examples: Record<string, JsonMap> = {};

  /** The schema as JSON; one that has an `$id` becomes a component, here and within. */
  schema(schema: TSchema): JsonMap {
    return this.#plain(schema) as JsonMap;
  }

  /** A reference to the response that `make` describes, made once for each name. */
  response(name: string, make: () => JsonMap): JsonMap {
    this.responses[name] ??= make();
    return { $ref: `#/components/responses/${name}` };
  }

  /** The headers of one answer. @param required by name, whether the header is always there */
  headersOf(required: Readonly<Record<string, boolean>>): JsonMap {
    return Object.fromEntries(
      Object.entries(required).map(([name, each]) => [name, this.#header(name, each)]),
    );
  }

  example(name: string, value: JsonMap): JsonMap {
    this.examples[name] ??= { value };
    return { $ref: `#/components/examples/${name}` };
  }

  #header(name: string, required: boolean): JsonMap {
    const header: AnswerHeader | undefined = answerHeaders[name];
    if (!header) throw new Error(`headers.ts does not describe ${name}`);
    const key = required ? name : `${name}-sometimes`;
    this.headers[key] ??= { ...(header as unknown as JsonMap), required };
    return { $ref: `#/components/headers/${key}` };
  }

  /** The first description stays with the schema; another one goes beside the reference to it. */
  #named($id: string, schema: JsonMap): JsonMap {
    const { description } = schema;
    this.schemas[$id] ??= schema;
    const first = this.schemas[$id];
    if (wordless(first) !== wordless(schema)) throw new Error(`there are two schemas by the name of ${$id}`);
    const own = description !== undefined && description !== first.description;
    return { $ref: `#/components/schemas/${$id}`, ...(own ? { description } : {}) };
  }

  #plain(value: unknown): Json {
    if (Array.isArray(value)) return value.map((each) => this.#plain(each));
    if (typeof value !== 'object' || value === null) return value as Json;
    const { $id, ...rest } = value as { $id?: string };
    const plain = Object.fromEntries(
      Object.entries(rest).map(([name, member]) => [name, this.#plain(member)]),
    );
    const typed =
      Array.isArray(plain.enum) && plain.type === undefined ? { type: 'string', ...plain } : plain;
    if ($id === undefined) return typed;
    return this.#named($id, typed);
  }
}

function wordless({ description: _, examples: __, ...rest }: JsonMap): string {
  return JSON.stringify(rest);
}

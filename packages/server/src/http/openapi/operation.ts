import type { TSchema } from 'typebox';
import type { ErrorCode } from '../../errors.ts';

/**
 * What openapi.json tells of one route that its validating schemas can't: words, answers, headers, examples. The service
 * does not load these; test/openapi/generate.ts joins them with the routes as they are registered.
 */
export interface Operation {
  /** Method and path, as OpenAPI writes them: `GET /v1/documents/{id}`. */
  readonly route: string;
  readonly operationId: string;
  readonly tag: Tag;
  readonly summary: string;
  /** Paragraphs apart by an empty line; `code` and **bold** as in CommonMark. */
  readonly description: string;
  /** False: it answers without an API key. `session`: to the cookie of a session alone. */
  readonly key?: false | 'session';
  /** By name, for each parameter of the path and the query that the route validates. */
  readonly parameters?: Readonly<Record<string, Refinement>>;
  /** Headers that may be sent, by name. */
  readonly headers?: Readonly<Record<string, HeaderParameter>>;
  readonly body?: Body;
  /** It speaks this protocol, whose headers every answer carries, problems too. */
  readonly by?: 'tus';
  /** Answers that are no problem, by status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Beside those that every call, every call with a key and every call with a body has. */
  readonly problems: readonly ErrorCode[];
  /** A command that makes the call; `{server}` stands for the address. */
  readonly curl: string;
}

export type Tag = 'Documents' | 'Uploads' | 'Content' | 'Links' | 'Access' | 'Configuration' | 'Operating';

/** What the rules hold a parameter to, beyond what the validating schema of its route says. */
export interface Refinement {
  readonly description: string;
  readonly example: unknown;
  /** In the place of the validating schema, where a named one says more. */
  readonly as?: TSchema;
  /** Takes the place of, or adds to, the keywords of the validating schema. */
  readonly schema?: Readonly<Record<string, unknown>>;
}

export interface HeaderParameter extends Refinement {
  readonly required?: true;
}

export interface Body {
  readonly description: string;
  readonly required: boolean;
  readonly content: Readonly<Record<string, Content>>;
}

export interface Content {
  /** A schema, or the name that the one gets that the route validates with. */
  readonly schema: TSchema | { readonly validatedAs: string };
  readonly example?: unknown;
  /** By name: for the properties of a validated schema. */
  readonly properties?: Readonly<Record<string, Refinement>>;
  /** Of a form: what its parts are. */
  readonly encoding?: Readonly<Record<string, { readonly contentType: string }>>;
}

export interface Answer {
  readonly description: string;
  /** By name; true: it is always there. */
  readonly headers?: Readonly<Record<string, boolean>>;
  /** By media type; none: the answer has no body. */
  readonly content?: Readonly<Record<string, { readonly schema: TSchema; readonly example?: unknown }>>;
}

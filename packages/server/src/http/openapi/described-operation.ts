import type { TSchema } from 'typebox';
import { documentActions } from '../../documents/permissions.ts';
import type { ErrorCode } from '../../errors.ts';
import type { Route } from '../routes.ts';
import type { Components, JsonMap } from './components.ts';
import { describedBody, type ObjectSchema } from './described-body.ts';
import { always, ofProtocol } from './headers.ts';
import type { Answer, HeaderParameter, Operation, Refinement } from './operation.ts';
import { problemAnswers } from './problem-answers.ts';

/** Where the service is with nothing set. */
export const server = 'http://127.0.0.1:8080';

/**
 * One operation (OpenAPI 3.1 §4.8.10): what its route validates, joined with what is told of it. Throws where one of
 * them knows a parameter that the other does not.
 */
export function describedOperation(route: Route, operation: Operation, components: Components): JsonMap {
  const { operationId, summary, description, tag, body, curl } = operation;
  return {
    operationId,
    tags: [tag],
    summary,
    description,
    ...securityOf(route, operation),
    parameters: parametersOf(route, operation, components),
    ...(body ? { requestBody: describedBody(route, body, components) } : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(operation.answers).map(([status, answer]) => [
          status,
          answerOf(answer, operation, components),
        ]),
      ),
      ...problemAnswers(codesOf(route, operation), components, operation.by),
    },
    'x-codeSamples': [{ lang: 'Shell', label: 'curl', source: curl.replaceAll('{server}', server) }],
  };
}

/** Without one of its own, an operation has that of the document: an API key, or the session of one. */
function securityOf(route: Route, { key }: Operation): JsonMap {
  if (key === false) return { security: [] };
  if (key === 'session') return { security: [{ session: [] }] };
  return takesGrants(route) ? { security: [{ apiKey: [] }, { session: [] }, { grant: [] }] } : {};
}

function takesGrants({ action }: Route): boolean {
  return action === 'any' || documentActions.some((each) => each === action);
}

/** What any call may meet beside its own problems. */
function codesOf(on: Route, { route, key, body, problems, answers }: Operation): ErrorCode[] {
  const open = key !== undefined;
  const common: ErrorCode[] = [
    'unknown_parameter',
    'internal',
    ...(route.includes('{') ? (['invalid_request', 'route_missing'] as const) : []),
    ...(open
      ? []
      : ([
          'unauthenticated',
          'csrf_refused',
          'not_allowed',
          'records_unavailable',
          'store_unavailable',
          'busy',
        ] as const)),
    ...(takesGrants(on) ? (['grant_expired'] as const) : []),
    ...(body ? (['invalid_request', 'invalid_input', 'length_mismatch', 'too_slow'] as const) : []),
  ];
  for (const status of Object.keys(answers))
    if (Number(status) >= 400 && !open)
      throw new Error(`${route} answers ${status} without a problem document`);
  return [...common, ...problems];
}

function parametersOf({ schema, url }: Route, operation: Operation, components: Components): JsonMap[] {
  const inPath = (schema.params ?? {}) as ObjectSchema;
  const inQuery = (schema.querystring ?? {}) as ObjectSchema;
  const told = operation.parameters ?? {};
  const validated = [...Object.keys(inPath.properties ?? {}), ...Object.keys(inQuery.properties ?? {})];
  for (const name of Object.keys(told))
    if (!validated.includes(name))
      throw new Error(`${operation.route}: ${name} is described, ${url} has none`);
  const of = (where: 'path' | 'query', { properties = {}, required = [] }: ObjectSchema) =>
    Object.entries(properties).map(([name, each]) => ({
      name,
      in: where,
      required: where === 'path' || required.includes(name),
      ...refined(name, each, told[name], components),
    }));
  return [...of('path', inPath), ...of('query', inQuery), ...headersOf(operation.headers ?? {}, components)];
}

function headersOf(headers: Readonly<Record<string, HeaderParameter>>, components: Components): JsonMap[] {
  return Object.entries(headers).map(([name, header]) => ({
    name,
    in: 'header',
    required: header.required ?? false,
    ...refined(name, {} as TSchema, header, components),
  }));
}

function refined(
  name: string,
  schema: TSchema,
  told: Refinement | undefined,
  components: Components,
): JsonMap {
  if (!told) throw new Error(`nothing is told of the parameter ${name}`);
  const { type, ...rest } = schema as unknown as JsonMap;
  // Alternatives bring types of their own.
  const base = told.schema && 'anyOf' in told.schema ? rest : { ...(type ? { type } : {}), ...rest };
  return {
    description: told.description,
    schema: components.schema({ ...base, ...told.schema } as unknown as TSchema),
    example: told.example as JsonMap,
  };
}

function answerOf(
  { description, headers = {}, content }: Answer,
  { by }: Operation,
  components: Components,
): JsonMap {
  const every = [...always, ...(by ? ofProtocol[by] : [])];
  const all = { ...Object.fromEntries(every.map((name) => [name, true])), ...headers };
  return {
    description,
    headers: components.headersOf(all),
    ...(content
      ? {
          content: Object.fromEntries(
            Object.entries(content).map(([mediaType, { schema, example }]) => [
              mediaType,
              {
                schema: components.schema(schema),
                ...(example === undefined ? {} : { example: example as JsonMap }),
              },
            ]),
          ),
        }
      : {}),
  };
}

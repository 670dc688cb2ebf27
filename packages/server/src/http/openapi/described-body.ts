import type { TSchema } from 'typebox';
import type { Route } from '../routes.ts';
import type { Components, JsonMap } from './components.ts';
import type { Body, Content } from './operation.ts';

export interface ObjectSchema {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, TSchema>>;
}

/** The body of a request (OpenAPI 3.1 §4.8.13): by media type, what its route validates or what is told of it. */
export function describedBody(
  { schema: validating, url }: Route,
  { description, required, content }: Body,
  components: Components,
): JsonMap {
  const described = Object.entries(content).map(([mediaType, each]): [string, JsonMap] => {
    const { example, encoding } = each;
    const told = 'validatedAs' in each.schema ? named(url, validating.body as TSchema, each) : each.schema;
    return [
      mediaType,
      {
        schema: components.schema(told),
        ...(example === undefined ? {} : { example: example as JsonMap }),
        ...(encoding ? { encoding: encoding as unknown as JsonMap } : {}),
      },
    ];
  });
  return { description, required, content: Object.fromEntries(described) };
}

/**
 * The validating schema with a name and words. What has a default need not be sent, though the validation, which fills
 * it in first, requires it.
 */
function named(url: string, body: TSchema, { schema, properties: told = {} }: Content): TSchema {
  const { properties = {}, required = [], ...rest } = body as unknown as ObjectSchema;
  const strange = Object.keys(told).filter((name) => !(name in properties));
  if (strange.length > 0) throw new Error(`${url}: ${strange.join(', ')} is described and not validated`);
  const described = Object.entries(properties).map(([name, each]) => {
    const words = told[name];
    if (!words) throw new Error(`${url}: nothing is told of ${name}`);
    return [
      name,
      { ...(words.as ?? each), ...words.schema, description: words.description, examples: [words.example] },
    ];
  });
  const needed = required.filter((name) => (properties[name] as { default?: unknown }).default === undefined);
  return {
    $id: (schema as { validatedAs: string }).validatedAs,
    ...rest,
    ...(needed.length > 0 ? { required: needed } : {}),
    properties: Object.fromEntries(described),
  } as unknown as TSchema;
}

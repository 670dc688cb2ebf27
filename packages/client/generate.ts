/**
 * `npm run openapi` runs this last: it writes src/generated.ts from the service's openapi.json. The schemas there are of few
 * kinds; one of a new kind stops it. A general generator brings a second TypeScript and names that no reader would choose:
 * docs/decisions/0026-client.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const file = new URL('src/generated.ts', import.meta.url);
const source = new URL('../server/openapi.json', import.meta.url);

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly 'x-retryable'?: boolean;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly content?: Content }>>;
}

interface Api {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const api: Api = JSON.parse(readFileSync(source, 'utf8'));
const operations = Object.values(api.paths).flatMap((path) => Object.values(path));

/** Every operation as `GET /v1/documents/{id}`. */
export const calls = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
);

/** The text of src/generated.ts as it should be. */
export function generated(): string {
  const { schemas } = api.components;
  const problems = Object.entries(schemas).filter(([name]) => name.endsWith('Problem') && name !== 'Problem');
  return [
    '/** Made from packages/server/openapi.json by `npm run openapi`. Not to be changed by hand. */\n',
    ...[...reachable(schemas)].sort().map((name) => declaration(name, schemas[name] ?? {})),
    ...operations.flatMap(queryDeclaration),
    codes('ServiceCode', 'What the service refuses with: docs/errors.md.', problems),
    '/** Those that may go away by themselves: the same call may succeed later. */',
    `export const retryableCodes: ReadonlySet<string> = new Set<ServiceCode>([\n${problems
      .filter(([, schema]) => schema['x-retryable'])
      .map(([, schema]) => `  ${quoted(codeOf(schema))},\n`)
      .join('')}]);`,
    '',
  ].join('\n');
}

/** What operations take and answer as JSON, and what that is made of. */
function reachable(schemas: Api['components']['schemas']): Set<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const name = '$ref' in value ? nameOf(String(value.$ref)) : null;
    if (name !== null && name in schemas && !found.has(name)) {
      found.add(name);
      visit(schemas[name]);
    }
    Object.values(value).forEach(visit);
  };
  for (const { requestBody, responses } of operations) {
    visit(requestBody?.content['application/json']);
    for (const answer of Object.values(responses)) visit(answer.content?.['application/json']);
  }
  return found;
}

const nameOf = (ref: string) => ref.replace(/^.*\//, '');
const quoted = (text: string) => `'${text.replaceAll("'", "\\'")}'`;
const codeOf = ({ properties = {} }: Schema) => String(properties.code?.const);

function declaration(name: string, schema: Schema): string {
  const plain = schema.type === 'object' && schema.properties !== undefined;
  const type = broken(typeOf(schema, ''));
  return `${comment(schema.description, '')}export ${plain ? `interface ${name} ${type}` : `type ${name} =${spaced(type)};`}\n`;
}

/** A union of many on lines of its own. */
function broken(type: string): string {
  return type.length < 80 || type.includes('{') ? type : type.replaceAll(/(?:^| \| )(?=\S)/g, '\n  | ');
}

const spaced = (type: string) => (type.startsWith('\n') ? type : ` ${type}`);

function queryDeclaration({ operationId, parameters = [] }: Operation): string[] {
  const query = parameters.filter((each) => each.in === 'query');
  if (query.length === 0) return [];
  const members = query.map(({ name, description, required, schema }) =>
    member(
      name,
      { ...schema, ...(description === undefined ? {} : { description }) },
      required === true,
      '  ',
    ),
  );
  const name = `${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}Query`;
  return [`/** The query of \`${operationId}\`. */\nexport interface ${name} {\n${members.join('')}}\n`];
}

function codes(name: string, description: string, problems: readonly (readonly [string, Schema])[]): string {
  const type = problems.map(([, schema]) => quoted(codeOf(schema))).join(' | ');
  return `/** ${description} */\nexport type ${name} =${spaced(broken(type))};\n`;
}

function typeOf(schema: Schema, indent: string): string {
  const { $ref, enum: values, anyOf, type, properties, additionalProperties, items } = schema;
  if ($ref !== undefined) return nameOf($ref);
  if ('const' in schema) return literal(schema.const);
  if (values !== undefined) return values.map(literal).join(' | ');
  if (anyOf !== undefined) return [...new Set(anyOf.map((each) => typeOf(each, indent)))].join(' | ');
  if (Array.isArray(type))
    return type.map((each: string) => typeOf({ ...schema, type: each }, indent)).join(' | ');
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return items === undefined ? 'unknown[]' : arrayOf(typeOf(items, indent));
    case 'object':
      if (properties !== undefined) return object(schema, properties, indent);
      return `Record<string, ${typeof additionalProperties === 'object' ? typeOf(additionalProperties, indent) : 'unknown'}>`;
    default:
      throw new Error(`there is no type for ${JSON.stringify(schema)} yet`);
  }
}

const arrayOf = (type: string) => (/ \| /.test(type) ? `(${type})[]` : `${type}[]`);

function literal(value: unknown): string {
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}

function object(
  { required = [] }: Schema,
  properties: Readonly<Record<string, Schema>>,
  indent: string,
): string {
  const inside = `${indent}  `;
  const members = Object.entries(properties).map(([name, schema]) =>
    member(name, schema, required.includes(name), inside),
  );
  return `{\n${members.join('')}${indent}}`;
}

function member(name: string, schema: Schema, required: boolean, indent: string): string {
  const key = /^[a-zA-Z_$][\w$]*$/.test(name) ? name : quoted(name);
  const type = typeOf(schema, indent);
  // What may be left out may be given as undefined: so it is when an app hands on its own optional values.
  return `${comment(schema.description, indent)}${indent}${key}${required ? `: ${type}` : `?: ${type} | undefined`};\n`;
}

function comment(description: string | undefined, indent: string): string {
  return description === undefined
    ? ''
    : `${indent}/** ${description.replaceAll('*/', '*\\/').replace(/\s+/g, ' ')} */\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(file, generated());

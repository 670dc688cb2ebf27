import { type Described, nameOf, type Schema } from './described.ts';
import { html, type Markup, words } from './markup.ts';

/** A type in words, with a link to it where it has a name. */
export function typeOf(schema: Schema): Markup {
  const { $ref, anyOf, items, type, format, contentMediaType } = schema;
  if ($ref !== undefined) {
    const name = nameOf({ $ref });
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (anyOf) return joined(anyOf.map(typeOf), ' or ');
  if (items) return html`list of ${typeOf(items)}`;
  if (schema.enum)
    return joined(
      schema.enum.map((value) => html`<code>${String(value)}</code>`),
      ', ',
    );
  if (contentMediaType === 'application/octet-stream') return html`bytes`;
  if (contentMediaType === 'application/json') return html`JSON text`;
  const types = [type ?? 'anything'].flat().map((each) => (each === 'string' && format ? format : each));
  return html`${types.join(' or ')}`;
}

/** What a value is held to beside its type, in words; empty when nothing is to be said. */
function limitsOf(schema: Schema): string {
  const { minimum, maximum, minLength, maxLength } = schema;
  const said = [
    maximum === undefined ? '' : `${minimum ?? 0} to ${maximum.toLocaleString('en')}.`,
    maxLength === undefined ? '' : `${minLength ?? 0} to ${maxLength} characters.`,
    schema.default === undefined ? '' : `Default: \`${schema.default}\`.`,
  ];
  return said.filter((each) => each !== '').join(' ');
}

/** Every named shape but the problems, which have a section of their own. */
export function schemasSection({ components }: Described): Markup {
  const named = Object.entries(components.schemas).filter(([name]) => !name.endsWith('Problem'));
  return html`<section aria-labelledby="schemas">
<h2 id="schemas">Shapes</h2>
<p>What answers are made of. Members may be added by later versions.</p>
${named.map(
  ([name, schema]) => html`<article id="schema-${name}">
<h3><a class="anchor" href="#schema-${name}">${name}</a></h3>
${schema.description ? html`<p>${words(schema.description)}</p>` : null}
${schema.properties ? members(schema) : html`<p>${typeOf(schema)}</p>`}
</article>`,
)}
</section>`;
}

/** The members of an object, those of objects within it under their path. */
export function members({ properties = {}, required = [] }: Schema): Markup {
  const of = (prefix: string, each: Schema['properties'] = {}, always: readonly string[] = []): Markup[] =>
    Object.entries(each).flatMap(([name, schema]) => [
      row({
        name: `${prefix}${name}`,
        type: schema.properties ? html`object` : typeOf(schema),
        marks: always.includes(name) ? [] : ['optional'],
        meaning: meaningOf(schema.description, schema),
      }),
      ...of(`${prefix}${name}.`, schema.properties, schema.required),
    ]);
  return html`<dl>${of('', properties, required)}</dl>`;
}

/** One row of a list of parameters or members: a name with what it takes, and what it means. */
export function row(told: { name: string; type: Markup; marks: readonly string[]; meaning: Markup }): Markup {
  const marks = told.marks.map((mark) => html` · ${mark}`);
  return html`<div><dt><code>${told.name}</code> <small>${told.type}${marks}</small></dt><dd>${told.meaning}</dd></div>
`;
}

/** Words on a value, and what it is held to. */
export function meaningOf(description: string | undefined, schema: Schema): Markup {
  return words([description ?? '', limitsOf(schema)].filter((each) => each !== '').join(' '));
}

function joined(parts: readonly Markup[], separator: string): Markup {
  return html`${parts.map((part, i) => (i === 0 ? part : html`${separator}${part}`))}`;
}

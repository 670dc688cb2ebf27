import type { Described, Schema } from './described.ts';
import { html, type Markup, words } from './markup.ts';
import { exampleOf } from './operations.ts';
import { members } from './schemas.ts';

const everyProblem = ['type', 'title', 'status', 'detail', 'code'];

interface Example {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

/** Every code: status, meaning, its own parameters, an example. */
export function problemsSection({ components }: Described): Markup {
  const codes = Object.entries(components.examples);
  return html`<section aria-labelledby="problems">
<h2 id="problems">Problems</h2>
<p>Every refusal and every fault is <code>application/problem+json</code> (RFC 9457). Decide by <code>code</code>; <code>title</code> and <code>detail</code> are for people. What a code tells beside them stands in members of its own.</p>
${codes.map(([code, { value }]) => problem(code, value as Example, components.schemas))}
</section>`;
}

function problem(code: string, example: Example, schemas: Described['components']['schemas']): Markup {
  const schema = Object.values(schemas).find(({ properties }) => properties?.code?.const === code);
  const own = Object.entries(schema?.properties ?? {}).filter(([name]) => !everyProblem.includes(name));
  return html`<article class="problem" id="problem-${code}">
<h3><a class="anchor" href="#problem-${code}"><code>${code}</code></a> <span class="status">${example.status}</span></h3>
<p>${example.title}.${schema?.['x-retryable'] ? ' The same call may succeed later.' : ''} <span class="example">${example.detail}</span></p>
${own.length > 0 ? members({ properties: Object.fromEntries(own), required: own.map(([name]) => name) } as Schema) : null}
${exampleOf(example)}
</article>`;
}

/** Every header of an answer, once. */
export function headersSection({ components }: Described): Markup {
  const named = Object.entries(components.headers).map(
    ([key, header]) => [key.replace(/-sometimes$/, ''), header] as const,
  );
  return html`<section aria-labelledby="headers">
<h2 id="headers">Headers of answers</h2>
<dl>${[...new Map(named)].map(
    ([
      name,
      { description },
    ]) => html`<div id="header-${name}"><dt><code>${name}</code></dt><dd>${words(description)}</dd></div>
`,
  )}</dl>
</section>`;
}

import {
  type Answer,
  type Content,
  type Described,
  nameOf,
  type Operation,
  type Parameter,
  type Reference,
} from './described.ts';
import { html, type Markup, paragraphs, words } from './markup.ts';
import { meaningOf, members, row, typeOf } from './schemas.ts';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

export function callsOf({ paths }: Described, tag: string): Call[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

function methodMark(method: string): Markup {
  return html`<span class="method ${method.toLowerCase()}">${method}</span>`;
}

/** One call: what it does, what it takes, what it answers, and how to make it. */
export function callArticle(described: Described, { method, path, operation }: Call): Markup {
  const { operationId, summary, description, security, parameters, requestBody, responses } = operation;
  const answers = Object.entries(responses).map(([status, answer]) => ({
    status,
    ...followed(described, answer),
  }));
  const isProblem = ({ content = {} }: Answer) => 'application/problem+json' in content;
  return html`<article id="${operationId}">
<h3><a class="anchor" href="#${operationId}">${summary}</a></h3>
<p class="route">${methodMark(method)} <code>${withBreaks(path)}</code>${security?.length === 0 ? html` <span class="open">no key needed</span>` : null}</p>
${paragraphs(description)}
<pre tabindex="0" aria-label="Example with curl">${operation['x-codeSamples'][0]?.source ?? ''}</pre>
${parameters.length > 0 ? parameterList(parameters) : null}
${
  requestBody
    ? html`<h4>Body${requestBody.required ? null : html` <small>optional</small>`}</h4>
${paragraphs(requestBody.description)}
${Object.entries(requestBody.content).map(([mediaType, content]) => contentOf(described, mediaType, content))}`
    : null
}
<h4>Answers</h4>
${answers.filter((answer) => !isProblem(answer)).map((answer) => answerOf(described, answer))}
${problemsOf(answers.filter(isProblem))}
</article>`;
}

function followed({ components }: Described, answer: Answer | Reference): Answer {
  return '$ref' in answer ? (components.responses[nameOf(answer)] as Answer) : answer;
}

/** A long path may break after its slashes. */
function withBreaks(path: string): Markup {
  return html`${path.split(/(?<=\/)/).map((part) => html`${part}<wbr>`)}`;
}

function parameterList(parameters: readonly Parameter[]): Markup {
  const rows = parameters.map(({ name, in: where, required, schema, description, example }) =>
    row({
      name,
      type: typeOf(schema),
      marks: [where, ...(required && where !== 'path' ? ['required'] : [])],
      meaning: html`${meaningOf(description, schema)} <span class="example">Example: <code>${String(example)}</code></span>`,
    }),
  );
  return html`<h4>Parameters</h4><dl>${rows}</dl>`;
}

function answerOf(
  { components }: Described,
  { status, description, headers, content }: Answer & { status: string },
): Markup {
  const told = Object.entries(headers).filter(([name]) => !name.startsWith('X-') && name !== 'Cache-Control');
  return html`<div class="answer"><p><strong class="status">${status}</strong> ${words(description)}</p>
${
  told.length > 0
    ? html`<p class="headers">Headers: ${told.map(([name, reference], i) => {
        const always = components.headers[nameOf(reference)]?.required;
        return html`${i > 0 ? ', ' : ''}<a href="#header-${name}"><code>${name}</code></a>${always ? null : html` <small>sometimes</small>`}`;
      })}</p>`
    : null
}
${Object.entries(content ?? {}).map(([mediaType, each]) => bodyOf(mediaType, each))}</div>`;
}

function bodyOf(mediaType: string, { schema, example }: Content): Markup {
  const type = html`<code>${mediaType}</code>: ${typeOf(schema)}`;
  return example === undefined ? html`<p>${type}</p>` : html`<p>${type}</p>${exampleOf(example)}`;
}

function contentOf(described: Described, mediaType: string, { schema, example }: Content): Markup {
  const shape = schema.$ref ? described.components.schemas[nameOf({ $ref: schema.$ref })] : schema;
  return html`<p><code>${mediaType}</code>: ${typeOf(schema)}</p>
${schema.$ref === undefined && shape?.properties ? members(shape) : null}
${example === undefined ? null : exampleOf(example)}`;
}

export function exampleOf(example: unknown): Markup {
  const text = typeof example === 'string' ? example : JSON.stringify(example, null, 2);
  return html`<details><summary>Example</summary><pre tabindex="0">${text}</pre></details>`;
}

function problemsOf(answers: readonly (Answer & { status: string })[]): Markup {
  const codes = answers.flatMap(({ status, content }) =>
    Object.keys(content?.['application/problem+json']?.examples ?? {}).map((code) => ({ status, code })),
  );
  return html`<details class="problems"><summary>${codes.length} problems it can refuse with</summary>
<ul>${codes.map(
    ({
      status,
      code,
    }) => html`<li><span class="status">${status}</span> <a href="#problem-${code}"><code>${code}</code></a></li>
`,
  )}</ul></details>`;
}

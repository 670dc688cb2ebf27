import { createHash } from 'node:crypto';
import type { Described } from './described.ts';
import { html, type Markup, paragraphs } from './markup.ts';
import { callArticle, callsOf } from './operations.ts';
import { headersSection, problemsSection } from './reference.ts';
import { schemasSection } from './schemas.ts';
import { style } from './style.ts';

const styleHash = createHash('sha256').update(style).digest('base64');

/** Nothing but the page's own style: no script, no image, no font, no frame around it. */
export const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The page for people: all of openapi.json, self-contained, without scripts. */
export function docsPage(described: Described): string {
  const { info, servers, tags } = described;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${info.title} API</title>
<style>STYLE</style>
</head>
<body>
<a class="skip" href="#main">Skip to the calls</a>
<div class="page">
<nav aria-label="Contents">
<div class="wide">${contents(described)}</div>
<details class="narrow"><summary>Contents</summary>${contents(described)}</details>
</nav>
<main id="main">
<header>
<h1>${info.title} API</h1>
<p class="address">Version ${info.version} at <code>${servers[0]?.url ?? ''}</code> · <a href="/openapi.json">OpenAPI 3.1</a></p>
${paragraphs(info.description)}
</header>
${tags.map(
  ({ name, description }) => html`<section aria-labelledby="${idOf(name)}">
<h2 id="${idOf(name)}">${name}</h2>
<p>${description}</p>
${callsOf(described, name).map((call) => callArticle(described, call))}
</section>
`,
)}
${schemasSection(described)}
${problemsSection(described)}
${headersSection(described)}
<footer>Made from <a href="/openapi.json">openapi.json</a>, which is made from the routes of this service.</footer>
</main>
</div>
</body>
</html>
`;
  return page.text.replace('STYLE', () => style);
}

function contents(described: Described): Markup {
  return html`<ul>
${described.tags.map(
  ({ name }) => html`<li><a class="group" href="#${idOf(name)}">${name}</a><ul>
${callsOf(described, name).map(
  ({ operation }) => html`<li><a href="#${operation.operationId}">${operation.summary}</a></li>
`,
)}</ul></li>
`,
)}<li><a class="group" href="#schemas">Reference</a><ul>
<li><a href="#schemas">Shapes</a></li>
<li><a href="#problems">Problems</a></li>
<li><a href="#headers">Headers of answers</a></li>
</ul></li>
</ul>`;
}

function idOf(tag: string): string {
  return `about-${tag.toLowerCase()}`;
}

/** What `/` says where the console was never built: `npm ci --omit=dev` or `--ignore-scripts` in a checkout. */
export const notBuilt = {
  page: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Strongroom: the console is not built</title>
<h1>The console is not built</h1>
<p>The service runs, and its API answers: <a href="/docs">what it can be asked</a>.</p>
<p>What browsers load is built by <code>npm ci</code>. Where that was told to leave out scripts or build tools, run
<code>npm ci &amp;&amp; npm run build</code> in the checkout, then reload this page. The service need not be started again.</p>
`,
  policy: "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
} as const;

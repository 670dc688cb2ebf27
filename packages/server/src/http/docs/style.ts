/** The page's one style sheet: no font, image or rule from elsewhere. Colours keep a contrast of 4.5 and more (WCAG 2.2 §1.4.3). */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf8; --raised: #ffffff; --ink: #1d2126; --quiet: #5b636d; --line: #e3e0da; --code: #f2f0eb;
  --link: #1f5f8b; --get: #1f5f8b; --post: #24703f; --patch: #8a5a00; --delete: #a8322d; --head: #5b636d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c; --raised: #1b1f24; --ink: #e4e6e9; --quiet: #9aa3ae; --line: #2d333b; --code: #20252b;
    --link: #7fb8e6; --get: #7fb8e6; --post: #7cc793; --patch: #e0b35c; --delete: #ef918c; --head: #9aa3ae;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; }
a { color: var(--link); text-underline-offset: .18em; text-decoration-thickness: .06em; }
:focus-visible { outline: .15rem solid var(--link); outline-offset: .15rem; border-radius: .2rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--raised); padding: .5rem 1rem; z-index: 1; }
.page { display: grid; grid-template-columns: minmax(0, 1fr); max-width: 78rem; margin: 0 auto; padding: 0 1.25rem 4rem; }
main { min-width: 0; max-width: 50rem; }
header h1 { font-size: 2rem; line-height: 1.2; margin: 2.5rem 0 .25rem; letter-spacing: -.02em; }
header .address { color: var(--quiet); margin: 0 0 1.5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.45rem; line-height: 1.3; margin: 4rem 0 .25rem; letter-spacing: -.01em; }
h2 + p { color: var(--quiet); margin-top: 0; }
h3 { font-size: 1.1rem; line-height: 1.4; margin: 0; }
h4 { font-size: .8rem; font-weight: 600; text-transform: uppercase; letter-spacing: .06em; color: var(--quiet); margin: 1.75rem 0 .5rem; }
h4 small { text-transform: none; letter-spacing: 0; }
small { color: var(--quiet); font-size: .8rem; font-weight: 400; }
p { margin: .6rem 0; overflow-wrap: break-word; }
article { background: var(--raised); border: 1px solid var(--line); border-radius: .75rem; padding: 1.5rem; margin: 1.25rem 0; scroll-margin-top: 1rem; }
article:target { border-color: var(--link); }
.anchor { color: inherit; text-decoration: none; }
.anchor:hover { text-decoration: underline; }
.route { margin: .5rem 0 1rem; line-height: 1.9; }
.method { display: inline-block; font: 600 .75rem/1 ui-monospace, monospace; padding: .3rem .45rem; border: 1px solid currentColor; border-radius: .35rem; margin-right: .35rem; }
.get { color: var(--get); } .post { color: var(--post); } .patch { color: var(--patch); } .delete { color: var(--delete); } .head { color: var(--head); }
.open { color: var(--quiet); font-size: .85rem; white-space: nowrap; margin-left: .35rem; }
code, pre { font-family: ui-monospace, "Cascadia Code", Menlo, Consolas, monospace; font-size: .86em; }
code { background: var(--code); border-radius: .3rem; padding: .1em .3em; overflow-wrap: anywhere; }
h3 code, .route code { background: none; padding: 0; }
pre { background: var(--code); border-radius: .5rem; padding: .9rem 1rem; margin: .75rem 0; overflow-x: auto; line-height: 1.5; font-size: .82rem; }
dl { margin: .5rem 0; font-size: .95rem; }
dl > div { border-top: 1px solid var(--line); padding: .6rem 0; }
dl > div:first-child { border-top: 0; }
dl > div:target { box-shadow: -.75rem 0 0 -.6rem var(--link); }
dt { font-weight: 600; overflow-wrap: anywhere; }
dt code { background: none; padding: 0; }
dt small { display: block; overflow-wrap: break-word; }
dd { margin: .15rem 0 0; overflow-wrap: break-word; min-width: 0; }
.example { display: block; color: var(--quiet); font-size: .85rem; }
.answer { border-top: 1px solid var(--line); padding: .25rem 0; }
.status { font: 600 .85rem ui-monospace, monospace; color: var(--quiet); margin-right: .35rem; }
.headers { font-size: .9rem; color: var(--quiet); }
details { margin: .5rem 0; }
summary { cursor: pointer; color: var(--link); font-size: .92rem; width: fit-content; }
.problems { border-top: 1px solid var(--line); padding-top: .75rem; margin-bottom: 0; }
.problems a, .headers a { text-decoration: none; }
.problems a:hover, .headers a:hover { text-decoration: underline; }
.problems ul { list-style: none; margin: .5rem 0 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .25rem 1rem; }
.problem { padding: 1rem 1.5rem; margin: .75rem 0; }
.problem h3 { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
.problem .status { margin: 0; }
nav { font-size: .92rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li ul { margin: .25rem 0 1rem; }
nav li ul a { display: block; color: inherit; text-decoration: none; padding: .22rem .5rem; border-radius: .35rem; }
nav li ul a:hover { background: var(--code); }
nav .group { font-weight: 600; color: inherit; text-decoration: none; }
nav summary { font-size: 1rem; padding: .75rem 0; }
nav .wide { display: none; }
footer { color: var(--quiet); font-size: .9rem; margin-top: 4rem; border-top: 1px solid var(--line); padding-top: 1rem; }
@media (min-width: 62rem) {
  .page { grid-template-columns: 15rem minmax(0, 1fr); column-gap: 3.5rem; padding: 0 2rem 6rem; }
  nav .narrow { display: none; }
  nav .wide { display: block; position: sticky; top: 0; max-height: 100vh; overflow-y: auto; padding: 2.75rem 0 2rem; }
}
@media (min-width: 44rem) {
  dl > div { display: grid; grid-template-columns: 13rem minmax(0, 1fr); column-gap: 1.5rem; }
  dd { margin: 0; }
}
@media (max-width: 40rem) {
  article { padding: 1.1rem; }
  .problem { padding: .9rem 1.1rem; }
  header h1 { margin-top: 1.5rem; }
}
@media print { nav, .skip { display: none; } article { break-inside: avoid; border: 0; padding: 0; } }
`;

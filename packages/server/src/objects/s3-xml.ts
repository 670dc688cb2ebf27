/**
 * Reads the few facts that are needed out of S3's XML answers. They are flat: a value holds no markup, and none of
 * the elements read here is nested in one of its own name. So no tree is built.
 */

/** What stands between the tags of every `<name>`, still as XML, in document order. */
export function elements(xml: string, name: string): string[] {
  return [...found(xml, name)];
}

/** The text of the first `<name>`; undefined when there is none. */
export function text(xml: string, name: string): string | undefined {
  const [first] = found(xml, name);
  return first === undefined ? undefined : decoded(first);
}

/** Text as XML content. */
export function encoded(value: string): string {
  return value.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * In time that grows with the text alone, whatever is in it: an endpoint that somebody typed in may answer anything, and a
 * regular expression for this looks for each end that is missing through all that follows.
 */
function* found(xml: string, name: string): Generator<string> {
  const [open, close] = [`<${name}`, `</${name}>`];
  for (let at = xml.indexOf(open); at !== -1; at = xml.indexOf(open, at)) {
    at += open.length;
    if (!/[\s/>]/.test(xml.charAt(at))) continue;
    const tagEnd = xml.indexOf('>', at);
    if (tagEnd === -1) return;
    const isEmpty = xml.charAt(tagEnd - 1) === '/';
    const end = isEmpty ? tagEnd : xml.indexOf(close, tagEnd);
    if (end === -1) return;
    yield isEmpty ? '' : xml.slice(tagEnd + 1, end);
    at = end;
  }
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(value: string): string {
  return value.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return named[name] ?? whole;
    const point = Number.parseInt(hex ?? decimal, hex === undefined ? 10 : 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
  });
}

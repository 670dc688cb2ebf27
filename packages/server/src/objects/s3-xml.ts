/**
 * Reads the few facts that are needed out of S3's XML answers. They are flat: a value holds no markup, and none of
 * the elements read here is nested in one of its own name. So no tree is built.
 */

/** What stands between the tags of every `<name>`, still as XML, in document order. */
export function elements(xml: string, name: string): string[] {
  return Array.from(xml.matchAll(pattern(name, 'g')), (match) => match[1] ?? '');
}

/** The text of the first `<name>`; undefined when there is none. */
export function text(xml: string, name: string): string | undefined {
  const found = pattern(name, '').exec(xml);
  return found ? decoded(found[1] ?? '') : undefined;
}

/** Text as XML content. */
export function encoded(value: string): string {
  return value.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function pattern(name: string, flags: string): RegExp {
  return new RegExp(`<${name}(?:\\s[^>]*)?(?:/>|>([\\s\\S]*?)</${name}>)`, flags);
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(value: string): string {
  return value.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return named[name] ?? whole;
    return String.fromCodePoint(Number.parseInt(hex ?? decimal, hex === undefined ? 10 : 16));
  });
}

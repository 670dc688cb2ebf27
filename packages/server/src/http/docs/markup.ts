/** HTML made of text: whatever is put in is escaped, unless it is markup already. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Markup | readonly Markup[] | null;

export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(String.raw({ raw: parts }, ...values.map(asText)));
}

function asText(value: Value): string {
  if (value === null) return '';
  if (value instanceof Markup) return value.text;
  return Array.isArray(value) ? value.map(({ text }) => text).join('') : escaped(String(value));
}

const names: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => names[character] ?? '');
}

/** The CommonMark that openapi.json uses: paragraphs, `code`, **bold**. */
export function paragraphs(text: string): Markup {
  return new Markup(
    text
      .split('\n\n')
      .map((paragraph) => `<p>${words(paragraph).text}</p>`)
      .join('\n'),
  );
}

/** One line of it. */
export function words(text: string): Markup {
  const marked = escaped(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>');
  return new Markup(marked);
}

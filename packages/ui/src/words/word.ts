/**
 * One string that people read: a text with {placeholders}, one text for each plural category of `count` (CLDR; `other` is
 * needed), or a function for what neither can say. Always text, never markup.
 */
export type Word = string | Plural | ((values: Values) => string);

type Plural = { readonly other: string } & { readonly [category in Intl.LDMLPluralRule]?: string };

/** What stands in for the placeholders. Numbers are written as the language writes them. */
export type Values = Readonly<Record<string, string | number>>;

/** The text of `word` in `lang`, a BCP 47 tag. A placeholder without a value stays as it is, so that it is seen. */
export function spell(word: Word, values: Values, lang: string): string {
  if (typeof word === 'function') return word(values);
  const text = typeof word === 'string' ? word : pluralOf(word, values, lang);
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) return placeholder;
    return typeof value === 'number' ? new Intl.NumberFormat(lang).format(value) : value;
  });
}

function pluralOf(word: Plural, { count }: Values, lang: string): string {
  const category = new Intl.PluralRules(lang).select(Number(count ?? 0));
  return word[category] ?? word.other;
}

import { type Look, lookProperties } from '../../frame/protocol.ts';

/** How `element` looks, for what is drawn in a frame within it. Its `column-rule-color` tells the scheme: see styles.ts. */
export function lookOf(element: Element, lang: string): Look {
  const style = getComputedStyle(element);
  const properties = lookProperties.map((name) => [name, style.getPropertyValue(name)]);
  return {
    scheme: style.columnRuleColor === 'rgb(255, 255, 255)' ? 'dark' : 'light',
    properties: Object.fromEntries(properties) as Look['properties'],
    lang,
    dir: style.direction === 'rtl' ? 'rtl' : 'ltr',
  };
}

/** Calls `changed` when the page may look otherwise: another scheme of the system, or other attributes of its root. */
export function onLook(changed: () => void): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const roots = new MutationObserver(changed);
  dark.addEventListener('change', changed);
  roots.observe(document.documentElement, { attributes: true });
  return () => {
    dark.removeEventListener('change', changed);
    roots.disconnect();
  };
}

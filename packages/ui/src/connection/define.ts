/**
 * Registers an element, unless the page has one of that name: two copies of this package on one page (an app's own and the
 * service's, or two versions) would else end the second one's program. The first that is loaded serves both.
 */
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}

/**
 * Whether `text` is on the clipboard now. Browsers have no clipboard API on a page of plain http from another machine: there it is
 * selected in a field and copied, which must stand in `within`, where a dialog leaves room to select.
 */
export async function toClipboard(text: string, within: ParentNode): Promise<boolean> {
  if (!navigator.clipboard) return copiedFromField(text, within);
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => copiedFromField(text, within),
  );
}

function copiedFromField(text: string, within: ParentNode): boolean {
  const focused = (within.getRootNode() as Document | ShadowRoot).activeElement as HTMLElement | null;
  const field = document.createElement('textarea');
  field.value = text;
  Object.assign(field.style, { position: 'fixed', insetBlockStart: '0', opacity: '0' });
  within.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  focused?.focus();
  return done;
}

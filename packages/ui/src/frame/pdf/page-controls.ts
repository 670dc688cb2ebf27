import { button, make } from '../parts.ts';
import type { Stage } from '../stage.ts';
import type { Pages } from './pages.ts';

/** Back, the number of the page to type over, forward. */
export function pageControls(stage: Stage, pages: Pages): HTMLElement {
  const field = make('input', {
    type: 'number',
    min: '1',
    max: String(pages.count),
    value: '1',
    ariaLabel: stage.word('preview.page'),
  });
  field.addEventListener('change', () => pages.go(field.valueAsNumber));
  const back = button(stage.word('preview.previous'), 'up', () => pages.go(pages.current - 1));
  const forward = button(stage.word('preview.next'), 'down', () => pages.go(pages.current + 1));
  pages.onPage = (page) => {
    field.value = String(page);
    back.disabled = page <= 1;
    forward.disabled = page >= pages.count;
  };
  pages.onPage(1);
  const total = make('span', {}, stage.word('preview.pages', { count: stage.number(pages.count) }));
  return make(
    'div',
    { className: 'group', role: 'group', ariaLabel: stage.word('preview.page') },
    back,
    field,
    total,
    forward,
  );
}

import { make, note } from '../parts.ts';
import type { Stage } from '../stage.ts';

let asked = 0;

/** Asks for what opens a protected PDF. It stays in this frame; a form can't be sent from here. */
export function askForPassword(stage: Stage, wasWrong: boolean, answer: (password: string) => void): void {
  const field = make('input', { type: 'password', id: 'password', autocomplete: 'off' });
  const go = () => {
    if (field.value !== '') answer(field.value);
  };
  field.addEventListener('keydown', ({ key }) => key === 'Enter' && go());
  const press = make('button', { type: 'button', className: 'primary' }, stage.word('preview.password-open'));
  press.addEventListener('click', go);
  const wanted = note(stage.word(wasWrong ? 'preview.password-wrong' : 'preview.password-wanted'));
  const label = make('label', { htmlFor: 'password' }, stage.word('preview.password'));
  const ask = make('main', { className: 'ask' }, wanted, label, field, press);
  stage.body.replaceChildren(ask);
  if (asked++ > 0) field.focus();
  stage.shown(() => ask.scrollHeight);
}

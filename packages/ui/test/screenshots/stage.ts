import type { Page, Route } from 'playwright-core';

/** What is known of a sample that was stored: its id, and whereabouts in time it stands, 0 the oldest. */
export interface Stored {
  readonly id: string;
  readonly at: number;
}

/**
 * Shows a page the service as it would look every time: ids, times and the folder of this run give way to fixed ones in
 * what is answered, and the ids come back in what is asked. So pictures that are made anew differ only by what is new.
 * @param folder where the service keeps its data
 */
export async function stage(page: Page, stored: readonly Stored[], folder: string): Promise<void> {
  const swaps = stored.map(({ id, at }) => [id, fixedId(at)] as const);
  const real = (text: string) => swaps.reduce((all, [id, fixed]) => all.replaceAll(fixed, id), text);
  const shown = (text: string) =>
    swaps
      .reduce((all, [id, fixed]) => all.replaceAll(id, fixed), text)
      .replaceAll(folder, '/var/lib/strongroom');
  await page.route(/\/v1\/(documents|storage)/, async (route: Route) => {
    const request = route.request();
    const answer = await route.fetch({ url: real(request.url()) });
    const isJson = /json/.test(answer.headers()['content-type'] ?? '');
    if (!isJson || request.url().includes('/content')) return route.fulfill({ response: answer });
    const body = JSON.parse(shown(await answer.text()));
    return route.fulfill({ response: answer, json: dated(body, request.url()) });
  });
}

export function fixedId(at: number): string {
  return `019cf5a${at}-3b1e-7c44-9a51-0b8f6f4c2d1${at}`;
}

/** The samples come in a day apart. Events carry no id of their document; the URL does. */
function dated(body: unknown, url: string): unknown {
  return JSON.parse(JSON.stringify(body), function (this: { id?: string }, key, value) {
    if (key === 'createdAt' || key === 'updatedAt') return timeOf(this.id ?? '');
    return key === 'at' ? timeOf(url) : value;
  });
}

function timeOf(text: string): string {
  const at = Number(/019cf5a(\d)/.exec(text)?.[1] ?? 0);
  return new Date(Date.UTC(2026, 2, 12 + at, 9, 14 + 7 * at)).toISOString();
}

/** Bytes that would act, and a watch that notices if anything in a browser did. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import type { Ending } from '../../server/test/harness.ts';

/** A server that nothing may ever ask for anything. */
export async function beyond(t: Ending): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, answer) => {
    asked.push(`beyond was asked for ${url}`);
    answer.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked };
}

/** Everything that a script would do if it ran: reach out, up, into what is kept, and away. */
export function script(url: string): string {
  return [
    'window.canary = 1',
    'try { parent.canary = 1 } catch {}',
    'try { top.canary = 1 } catch {}',
    "try { document.cookie = 'canary=1' } catch {}",
    'try { localStorage.canary = 1 } catch {}',
    `try { new Image().src = '${url}image' } catch {}`,
    `try { fetch('${url}fetch', { mode: 'no-cors' }) } catch {}`,
    `try { open('${url}open') } catch {}`,
    "alert('canary')",
    `try { top.location = '${url}top' } catch {}`,
  ].join(';');
}

/** Notes what must not happen on a page. Its list is empty as long as nothing ran. */
export function watch(page: Page, known: (url: string) => boolean): { noticed(): Promise<string[]> } {
  const noticed: string[] = [];
  page.on('dialog', (dialog) => {
    noticed.push(`it spoke: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('popup', (popup) => noticed.push(`it opened ${popup.url()}`));
  page.on('request', (request) => {
    if (!known(request.url())) noticed.push(`it asked for ${request.url()}`);
  });
  return {
    async noticed() {
      const found = [...noticed];
      for (const frame of page.frames()) {
        if (await frame.evaluate("'canary' in window")) found.push(`it ran in ${frame.url()}`);
      }
      const { cookies, origins } = await page.context().storageState();
      const kept = JSON.stringify([cookies, origins]);
      return kept.includes('canary') ? [...found, `it kept ${kept}`] : found;
    },
  };
}

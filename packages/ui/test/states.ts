/**
 * A page with the elements in every state that users meet, held still: what can't be held with the real service (an upload in
 * its middle, a document that is being checked) comes from a client of which one method is another.
 */
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { Ending, TestServer } from '../../server/test/harness.ts';
import type { TestPage } from './browser.ts';
import { elementPage, pdfFile, type TestFile } from './element-page.ts';

const body = `
  <strongroom-uploader id="waiting"></strongroom-uploader>
  <strongroom-uploader id="down"></strongroom-uploader>
  <strongroom-uploader id="single" record-id="states-1" type="id" max-files="12" capture></strongroom-uploader>
  <strongroom-uploader id="choosing" record-id="states-1" types="id,contract,other" multiple></strongroom-uploader>
  <strongroom-uploader id="sending" record-id="states-1" type="id" multiple parallel="2"></strongroom-uploader>
  <strongroom-uploader id="held" record-id="states-5" type="id" multiple parallel="8"></strongroom-uploader>
  <strongroom-uploader id="left" record-id="states-6" type="id"></strongroom-uploader>
  <strongroom-uploader id="over" record-id="states-2" type="id" multiple max-files="1"></strongroom-uploader>
  <strongroom-documents id="fetching"></strongroom-documents>
  <strongroom-documents id="empty" record-id="none"></strongroom-documents>
  <strongroom-documents id="unfound" type="contract" record-id="none"></strongroom-documents>
  <strongroom-documents id="trash" record-id="none" state="deleted"></strongroom-documents>
  <strongroom-documents id="all" record-id="states-3" selectable></strongroom-documents>
  <strongroom-documents id="more" record-id="states-4" limit="1"></strongroom-documents>
  <strongroom-documents id="broken"></strongroom-documents>
  <strongroom-actions id="buttons"></strongroom-actions>
  <strongroom-actions id="pictures" compact></strongroom-actions>`;

const script = `
  const options = { url: location.origin, token: TOKEN, retries: 0 };
  const never = () => new Promise(() => {});
  const wrong = async () => { throw new ui.StrongroomError('internal', 'A fault.', { status: 500, requestId: 'r-123', contact: 'it@example.org' }); };
  const clientWith = (methods) => Object.assign(new ui.Strongroom(options), methods);
  const at = '2026-03-01T10:00:00.000Z';
  const document_ = (state, index) => ({
    id: '01900000-0000-7000-8000-00000000000' + index, recordId: 'states-3', type: 'id', filename: '0' + index + '.pdf', contentType: 'application/pdf',
    size: state === 'receiving' ? null : 1000 * 7 ** index, sha256: null, state, storage: {}, metadata: {}, replaces: null, createdAt: at, createdBy: {}, updatedAt: at,
    archivedAt: null, deletedAt: null, purgeAfter: state === 'deleted' ? at : null, revision: 1,
  });
  const states = ['receiving', 'inspecting', 'available', 'quarantined', 'archived', 'deleted', 'purging', 'purged', 'abandoned'];
  const page = { items: states.map(document_), nextCursor: null };
  const first = { items: [document_('available', 2)], nextCursor: 'next' };
  const get = (id) => document.getElementById(id);
  get('waiting').client = clientWith({ documentTypes: never });
  get('down').client = clientWith({ documentTypes: wrong });
  const running = ({ onState }) => ({ done: never(), pausable: true, pause: () => onState('paused'), resume: () => onState('sending'), cancel() {} });
  get('sending').client = clientWith({ startUpload: (file, options) => {
    const { onProgress } = options;
    if (file.name === '1.pdf') { onProgress({ sent: file.size }); return { ...running(options), pausable: false }; }
    let sent = 0;
    const step = () => onProgress({ sent: (sent += 40000) });
    for (let index = 0; index < 18; index++) setTimeout(step, index * 100);
    return running(options);
  } });
  const lost = new ui.StrongroomError('unreachable', 'Gone.');
  const busy = new ui.StrongroomError('busy', 'Busy.', { status: 503 });
  const holds = { '2.pdf': ['waiting', lost], '3.pdf': ['waiting', busy], '4.pdf': ['inspecting'], '1.pdf': ['paused'] };
  get('held').client = clientWith({ startUpload: (file, options) => {
    if (file.name === '5.pdf') options.onContinued(file.size * 0.63);
    options.onProgress({ sent: file.size * (file.name === '4.pdf' ? 1 : 0.63) });
    if (holds[file.name]) options.onState(...holds[file.name]);
    return running(options);
  } });
  get('left').client = clientWith({ unfinishedUploads: async () => [
    { recordId: 'states-6', type: 'id', filename: 'long-'.repeat(12) + '1.pdf', size: 19_000_000, sent: 11_970_000, createdAt: at, forget: async () => {} },
    { recordId: 'states-6', type: 'id', filename: '2.pdf', size: 90_000_000, sent: 8_388_608, createdAt: at, forget: async () => {} },
  ] });
  get('fetching').client = clientWith({ list: () => ({ page: never }) });
  get('all').client = clientWith({ list: () => ({ page: async () => page }), get: never });
  get('more').client = clientWith({ list: ({ cursor }) => ({ page: cursor ? wrong : async () => first }) });
  get('broken').client = clientWith({ list: () => ({ page: wrong }) });
  get('buttons').document = get('pictures').document = document_('available', 2);
`;

const html: TestFile = { name: '6.html', mimeType: 'text/html', buffer: Buffer.from('<p>') };

/** Opens the page and brings every element into its state. No dialog is open. */
export async function showStates(
  t: Ending,
  { server, root = 'lang="en"', words = '{}' }: { server: TestServer; root?: string; words?: string },
  options: BrowserContextOptions = {},
): Promise<TestPage> {
  const opened = await elementPage(
    t,
    {
      server,
      body,
      root,
      script: `ui.setWords(${words});${script.replace('TOKEN', JSON.stringify(server.key))}`,
    },
    options,
  );
  const { page } = opened;
  const files = (id: string) => page.locator(`#${id} input.files`);
  for (const id of ['single', 'choosing', 'sending', 'held', 'left', 'over'])
    await page.locator(`#${id} .browse:enabled`).waitFor();
  await files('choosing').setInputFiles([
    pdfFile('1.pdf'),
    pdfFile(`${'long-'.repeat(40)}2.pdf`),
    html,
  ] as never);
  await page.locator('#choosing summary').click();
  await page.locator('#choosing [part=send]').click();
  await files('sending').setInputFiles([
    pdfFile('0.pdf', 2_000_000),
    pdfFile('1.pdf'),
    pdfFile('2.pdf'),
    pdfFile('3.pdf'),
  ] as never);
  await page.locator('#sending .row').nth(3).getByRole('button').click();
  await files('held').setInputFiles(
    [1, 2, 3, 4, 5].map((name) => pdfFile(`${name}.pdf`, 1_000_000)) as never,
  );
  await page.locator('#held [data-stage=checking]').waitFor();
  await page.locator('#held [data-stage=sending] progress').waitFor();
  await page.locator('#left .left').nth(1).waitFor();
  await files('over').setInputFiles([pdfFile('1.pdf'), pdfFile('2.pdf')] as never);
  await page.locator('#over .row[data-stage=done]').waitFor();
  await page.locator('#all .rows input').nth(2).check();
  await page.locator('#more .more').click();
  await page.locator('#more [part=error]').waitFor();
  await page.locator('#broken [part=error]').waitFor();
  await page.locator('#trash .empty').waitFor();
  await page.locator('#unfound .empty').waitFor();
  await page.locator('#buttons button').first().waitFor();
  await page.waitForFunction(
    () =>
      (document.querySelector('#sending')?.shadowRoot?.querySelectorAll('[data-stage=sending] .status span')
        .length ?? 0) === 3,
  );
  return opened;
}

/** Opens the dialog that asks before a document is deleted. */
export async function askToDelete(page: Page): Promise<void> {
  await page.locator('#buttons [data-action=delete]').click();
  await page.locator('#buttons dialog[open] h2').waitFor();
}

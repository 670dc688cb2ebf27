import { getDocument, PasswordResponses, type PDFDocumentProxy, version } from 'pdfjs-dist';
import { make, note, scroller, zoomButtons, zoomKeys } from '../parts.ts';
import type { Opening } from '../protocol.ts';
import type { Stage } from '../stage.ts';
import { pageControls } from './page-controls.ts';
import { Pages } from './pages.ts';
import { askForPassword } from './password.ts';
import { startWorker } from './worker.ts';

/** Beside the frame's page; see build.ts. */
const files = new URL(`pdfjs-${version}/`, location.href).href;

/** Pixels of one image in a PDF, and of one canvas in the worker. */
const mostPixels = 2 ** 26;

/**
 * A PDF, page by page as one comes to it. Its pages, and the appearances of what was filled in, are drawn on canvases. Nothing
 * in it becomes an element that acts: no links, no fields, no scripts, no attachments, no XFA.
 */
export async function showPdf({ bytes, filename }: Opening, stage: Stage): Promise<void> {
  const document = await open(bytes, stage);
  const count = Math.min(document.numPages, mostPages);
  const scroll = scroller(stage.word('preview.pdf', { name: filename }));
  const toolbar = make('header', { className: 'toolbar' });
  stage.body.replaceChildren(toolbar, ...cutNote(document.numPages, stage), scroll);
  const pages = new Pages(document, count, scroll, stage);
  toolbar.append(pageControls(stage, pages), zoomButtons(stage, pages));
  zoomKeys(pages);
  await pages.begin();
  stage.shown(() => scroll.offsetTop + pages.firstHeight());
}

/** A PDF may claim a million. */
const mostPages = 2000;

function cutNote(count: number, stage: Stage): HTMLElement[] {
  return count > mostPages ? [note(stage.word('preview.cut-pages', { count: stage.number(mostPages) }))] : [];
}

async function open(bytes: ArrayBuffer, stage: Stage): Promise<PDFDocumentProxy> {
  const worker = await startWorker(() => stage.fail('broken'));
  const task = getDocument({
    data: new Uint8Array(bytes),
    worker,
    verbosity: 0,
    cMapUrl: `${files}cmaps/`,
    standardFontDataUrl: `${files}standard_fonts/`,
    wasmUrl: `${files}wasm/`,
    // The page may compile no WebAssembly; pdf.js has JavaScript for it.
    useWasm: false,
    // The same letters on every machine: those that a PDF names and does not bring come from standard_fonts.
    useSystemFonts: false,
    enableXfa: false,
    maxImageSize: mostPixels,
    canvasMaxAreaInBytes: mostPixels * 4,
  });
  task.onPassword = (answer: (password: string) => void, reason: number) =>
    askForPassword(stage, reason === PasswordResponses.INCORRECT_PASSWORD, answer);
  return task.promise;
}

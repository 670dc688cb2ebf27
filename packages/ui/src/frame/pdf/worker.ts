import { PDFWorker, VerbosityLevel } from 'pdfjs-dist';
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url';

/**
 * pdf.js's worker, started from a blob: a page of opaque origin has no script of its own origin. The blob is a classic script
 * that imports the worker, since Chromium starts no module worker there.
 *
 * Rejects when the worker can't be loaded. `broke` is called when it dies later.
 */
export async function startWorker(broke: () => void): Promise<PDFWorker> {
  const source = new URL(workerUrl, import.meta.url).href;
  const blob = new Blob([
    `import(${JSON.stringify(source)}).catch((error) => setTimeout(() => { throw error; }));`,
  ]);
  const url = URL.createObjectURL(blob);
  const port = new Worker(url);
  // It says "ready" of itself. What were sent to it before, nobody would hear.
  await new Promise((resolve, reject) => {
    port.addEventListener('message', resolve, { once: true });
    port.addEventListener('error', reject, { once: true });
  }).finally(() => URL.revokeObjectURL(url));
  port.addEventListener('error', broke);
  return PDFWorker.create({ port, verbosity: VerbosityLevel.ERRORS });
}

/** A page of an app's own origin with tus-js-client and Uppy on it, as they are published. */
import { once } from 'node:events';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { type Ending, testFolder } from '../../server/test/harness.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What runs in the page. An upload is kept under `window`, so that a test can go on with it. */
const script = `
  /** The same file every time: its clients know it by its name, size and time. */
  async function theFile() {
    const bytes = await (await fetch('/file')).blob();
    return new File([bytes], 'a.pdf', { type: 'application/pdf', lastModified: 1 });
  }
  /** Sends by tus-js-client until it is all there, or until so many chunks are. */
  async function sendByTus({ url, token, metadata, options = {}, chunks = Infinity, resumes = false }) {
    const answers = [];
    const file = await theFile();
    return new Promise((resolve, reject) => {
      const over = () => resolve({ url: upload.url, answers });
      const upload = new tus.Upload(file, {
        endpoint: url + '/v1/uploads',
        headers: { authorization: 'Bearer ' + token },
        metadata: { type: 'contract', filename: file.name, filetype: file.type, ...metadata },
        retryDelays: Array(20).fill(50),
        onAfterResponse: (asked, answer) => void answers.push([asked.getMethod(), answer.getStatus(), answer.getHeader('Upload-Offset')]),
        onChunkComplete: () => { if (--chunks === 0) upload.abort().then(over); },
        onSuccess: over,
        onError: reject,
        ...options,
      });
      window.upload = upload;
      upload.findPreviousUploads().then(([place]) => {
        if (resumes) upload.resumeFromPreviousUpload(place);
        upload.start();
      });
    });
  }
  /** An Uppy that has the file, and what it was answered. */
  async function uppyFor({ url, token, meta, options = {} }) {
    const answers = [];
    const uppy = new uppyBundle.Uppy({ meta });
    uppy.use(uppyBundle.Tus, {
      endpoint: url + '/v1/uploads',
      headers: { authorization: 'Bearer ' + token },
      retryDelays: Array(20).fill(50),
      onAfterResponse: (asked, answer) => void answers.push([asked.getMethod(), answer.getStatus(), answer.getHeader('Upload-Offset')]),
      ...options,
    });
    uppy.addFile({ name: 'a.pdf', type: 'application/pdf', data: await theFile() });
    window.uppy = uppy;
    window.answers = answers;
  }
  async function sendByUppy() {
    const { successful, failed } = await uppy.upload();
    if (failed.length > 0) throw new Error(failed[0].error);
    return { url: successful[0].uploadURL, answers };
  }`;

/** Serves the page and the file that it sends; its origin. */
export async function openApp(t: Ending, file: Buffer): Promise<string> {
  const scripts: Record<string, Buffer | string> = {
    '/tus.js': await readFile(join(root, 'node_modules/tus-js-client/dist/tus.min.js')),
    '/uppy.js': await bundled(t),
  };
  const server = createServer((request, response) => {
    const { url = '' } = request;
    if (url === '/file') return response.end(file);
    if (scripts[url] !== undefined)
      return response.writeHead(200, { 'content-type': 'text/javascript' }).end(scripts[url]);
    return response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      .end(
        `<!doctype html><link rel="icon" href="data:,"><title>App</title><script src="/tus.js"></script><script src="/uppy.js"></script><script>${script}</script>`,
      );
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Uppy comes as modules: an app has it built. */
async function bundled(t: Ending): Promise<string> {
  const folder = await testFolder(t);
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const entry = join(folder, 'entry.js');
  await writeFile(
    entry,
    `export { default as Uppy } from '@uppy/core'; export { default as Tus } from '@uppy/tus';`,
  );
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: { write: false, lib: { entry, formats: ['iife'], name: 'uppyBundle' } },
  });
  const [first] = Array.isArray(built) ? built : [];
  const chunk = first?.output.find((each) => each.type === 'chunk');
  if (!chunk) throw new Error('Uppy was not built');
  return chunk.code;
}

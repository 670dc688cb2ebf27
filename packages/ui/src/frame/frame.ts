import { kindOf } from './kinds.ts';
import { type Opening, type ToFrame, version } from './protocol.ts';
import { type Stage, stageOn } from './stage.ts';

/**
 * The page in which previews are drawn. It is of an opaque origin: no cookie, no storage and no page of the service or of
 * the app is within its reach, whatever it is handed.
 */
addEventListener('message', function begin({ source, data, ports: [port] }: MessageEvent<Opening>) {
  if (source !== parent || !port || data?.kind !== 'open' || data.version !== version) return;
  removeEventListener('message', begin);
  const stage = stageOn(document, port, data);
  port.onmessage = ({ data: later }: MessageEvent<ToFrame>) => {
    if (later.kind === 'look') stage.look(later.look);
  };
  show(data, stage).catch(() => stage.fail('broken'));
});

/** Each viewer is a file of its own, fetched when it is needed: pdf.js is half a megabyte. */
async function show(opening: Opening, stage: Stage): Promise<void> {
  switch (kindOf(opening.contentType)) {
    case 'pdf':
      return (await import('./pdf/pdf.ts')).showPdf(opening, stage);
    case 'picture':
      return (await import('./image.ts')).showImage(opening, stage);
    case 'table':
      return (await import('./table.ts')).showTable(opening, stage);
    case 'text':
      return (await import('./text.ts')).showText(opening, stage);
    default:
      return stage.fail('unsupported');
  }
}

parent.postMessage({ strongroom: 'preview', version }, '*');

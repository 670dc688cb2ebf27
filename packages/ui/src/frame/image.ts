import { imageHead } from './dimensions.ts';
import { make, scroller, zoomButtons, zoomKeys } from './parts.ts';
import type { Opening } from './protocol.ts';
import type { Stage } from './stage.ts';

/** 256 MiB once decoded, at four bytes each. A few kilobytes of PNG can claim more than any machine has. */
const mostPixels = 2 ** 26;

/** The picture, turned as its EXIF says. Its type is its signature's. */
export async function showImage({ bytes, filename }: Opening, stage: Stage): Promise<void> {
  const head = imageHead(new Uint8Array(bytes));
  if (!head || head.width === 0 || head.height === 0) return stage.fail('broken');
  if (head.width * head.height > mostPixels) return stage.fail('too-many-pixels');
  const image = make('img', { alt: stage.word('preview.image', { name: filename }) });
  const url = URL.createObjectURL(new Blob([bytes], { type: head.type }));
  image.src = url;
  await image.decode().finally(() => URL.revokeObjectURL(url));
  const scroll = scroller(filename, image);
  scroll.classList.add('picture');
  const toolbar = make('header', { className: 'toolbar' });
  stage.body.replaceChildren(toolbar, scroll);
  const zoom = zoomOf(image, scroll);
  toolbar.append(zoomButtons(stage, zoom));
  zoomKeys(zoom);
  stage.shown(() => toolbar.offsetHeight + heightToFit(image, scroll));
}

/** Of the picture as wide as there is room, never larger than it is. */
function heightToFit({ naturalWidth, naturalHeight }: HTMLImageElement, scroll: HTMLElement): number {
  const { paddingInline, paddingBlock } = getComputedStyle(scroll);
  const room = scroll.clientWidth - 2 * Number.parseFloat(paddingInline);
  return naturalHeight * Math.min(1, room / naturalWidth) + 2 * Number.parseFloat(paddingBlock);
}

const [least, most] = [0.05, 16];

function zoomOf(image: HTMLImageElement, scroll: HTMLElement) {
  const at = (factor: number) => {
    const bounded = Math.min(most, Math.max(least, factor));
    scroll.classList.add('zoomed');
    image.style.inlineSize = `${image.naturalWidth * bounded}px`;
  };
  return {
    by: (factor: number) => at((image.width / image.naturalWidth) * factor),
    actual: () => at(1),
    fit: () => {
      scroll.classList.remove('zoomed');
      image.style.inlineSize = '';
    },
  };
}

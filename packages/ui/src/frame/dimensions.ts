/** What an image's own first bytes say of it. Nothing is decoded: that is for after the size was found bearable. */
export interface ImageHead {
  /** By the signature, whatever the file was called. */
  readonly type: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif';
  /** Pixels, before any turning that EXIF asks for. */
  readonly width: number;
  readonly height: number;
}

/** Null for what is none of the four, or is too short to say how large it is. */
export function imageHead(bytes: Uint8Array): ImageHead | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return png(view) ?? jpeg(view) ?? webp(view) ?? gif(view);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** PNG, third edition, §5.2 and §11.2.1: IHDR comes first. */
function png(view: DataView): ImageHead | null {
  if (view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a) return null;
  return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
}

/** ITU-T T.81 §B.2: segments up to the frame header, SOF0 to SOF15 without the three that are none. */
function jpeg(view: DataView): ImageHead | null {
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
    } else if (isFrameHeader(marker)) {
      return { type: 'image/jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    } else {
      at += standsAlone(marker) ? 2 : 2 + Math.max(2, view.getUint16(at + 2));
    }
  }
}

function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function standsAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/** RFC 9649 §2.5 to §2.7: the first chunk is VP8 (lossy), VP8L (lossless) or VP8X (extended). */
function webp(view: DataView): ImageHead | null {
  if (word(view, 0) !== 'RIFF' || word(view, 8) !== 'WEBP') return null;
  const type = 'image/webp';
  const chunk = word(view, 12);
  if (chunk === 'VP8 ')
    return { type, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (chunk === 'VP8L') {
    const bits = view.getUint32(21, true);
    return { type, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (chunk === 'VP8X') return { type, width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 };
  return null;
}

/** GIF89a §18. */
function gif(view: DataView): ImageHead | null {
  if (word(view, 0) !== 'GIF8') return null;
  return { type: 'image/gif', width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

function word(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

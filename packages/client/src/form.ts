import type { Sendable } from './platform/send.ts';

export interface Form {
  readonly body: Sendable;
  /** With its boundary. */
  readonly contentType: string;
  /** Bytes before the file's own. */
  readonly overhead: number;
}

/** A body as the last part of multipart/form-data (RFC 7578), after its fields. */
export function asForm(
  body: Sendable,
  fields: Readonly<Record<string, string | undefined>>,
  { filename = 'document', contentType }: { filename?: string | undefined; contentType: string },
): Form {
  const boundary = `strongroom-${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
  const head = new TextEncoder().encode(
    `${parts.join('')}--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${escaped(filename)}"\r\n` +
      `content-type: ${contentType}\r\n\r\n`,
  );
  const tail = new TextEncoder().encode(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    overhead: head.byteLength,
    body: {
      size: body.size === null ? null : head.byteLength + body.size + tail.byteLength,
      repeatable: body.repeatable,
      spent: () => body.spent(),
      whole: body.whole && new Blob([head, body.whole, tail]),
      async *chunks() {
        yield head;
        yield* body.chunks();
        yield tail;
      },
    },
  };
}

/** As browsers write it (HTML §4.10.21.8). */
function escaped(filename: string): string {
  return filename.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

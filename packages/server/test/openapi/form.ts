export interface FormPart {
  readonly name: string;
  readonly value: string | Buffer;
}

/** A multipart form (RFC 7578) of these parts; bytes are a file. */
export function formOf(parts: readonly FormPart[], boundary: string): Buffer {
  const pieces = parts.flatMap(({ name, value }) => {
    const filename = typeof value === 'string' ? '' : '; filename="a file"';
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename}\r\n\r\n`;
    return [Buffer.from(head), Buffer.from(value), Buffer.from('\r\n')];
  });
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

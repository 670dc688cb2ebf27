/** cyrb53: 53 bits of no cryptographic worth, which pages without TLS have too. Nobody gains by a collision of their own files. */
export class Hash {
  #a = 0xdeadbeef;
  #b = 0x41c6ce57;

  add(bytes: Uint8Array): void {
    // In locals: over private fields it takes twenty times as long.
    let [a, b] = [this.#a, this.#b];
    for (const byte of bytes) {
      a = Math.imul(a ^ byte, 2654435761);
      b = Math.imul(b ^ byte, 1597334677);
    }
    [this.#a, this.#b] = [a, b];
  }

  /** Of all that has been added so far, hexadecimal. */
  digest(): string {
    const [a, b] = [mixed(this.#a, this.#b), mixed(this.#b, this.#a)];
    return `${(b >>> 0).toString(16).padStart(8, '0')}${(a >>> 0).toString(16).padStart(8, '0')}`;
  }
}

function mixed(own: number, other: number): number {
  return Math.imul(own ^ (own >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
}

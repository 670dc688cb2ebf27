/** Preloaded (`node --import`) into what is under test: its clock is off by CLOCK_OFF milliseconds. */
const off = Number(process.env.CLOCK_OFF);
const TrueDate = Date;

globalThis.Date = class extends TrueDate {
  constructor(...parts: unknown[]) {
    if (parts.length === 0) super(TrueDate.now() + off);
    else super(...(parts as [number]));
  }

  static override now(): number {
    return TrueDate.now() + off;
  }
} as DateConstructor;

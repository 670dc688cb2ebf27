/** Preloaded (`node --import`) into a service under test: its clock is an hour ahead of everybody else's. */
const hour = 3_600_000;
const TrueDate = Date;

globalThis.Date = class extends TrueDate {
  constructor(...parts: unknown[]) {
    if (parts.length === 0) super(TrueDate.now() + hour);
    else super(...(parts as [number]));
  }

  static override now(): number {
    return TrueDate.now() + hour;
  }
} as DateConstructor;

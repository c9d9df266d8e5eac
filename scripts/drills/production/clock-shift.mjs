// Loaded into a gateway or a worker by `node --import`: its clock is off by CLOCK_SHIFT_MS.
const shift = Number(process.env.CLOCK_SHIFT_MS);
const { Date: RealDate } = globalThis;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length) super(...args);
    else super(RealDate.now() + shift);
  }
  static now() {
    return RealDate.now() + shift;
  }
};

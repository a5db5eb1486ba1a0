"use strict";
/**
 * Pictures of the caller's own on their way to the engine: the newest one waits here until the engine has memory for
 * them, from then on each is written there. They are megabytes, so they never go through the engine's pipe.
 */
const { closeSync, openSync, writeSync } = require("node:fs");

/** What the native addon took, and what is taken where no other size is said. */
const DEFAULT_WIDTH = 1920;
const DEFAULT_HEIGHT = 1080;
const LARGEST = 8192;
const BYTES_PER_PIXEL = 4;

/** The pixels' bytes and their size. Throws TypeError or RangeError in words for everything that is no such picture. */
function checkPicture(pixels, width = DEFAULT_WIDTH, height = DEFAULT_HEIGHT) {
  if (!ArrayBuffer.isView(pixels)) throw new TypeError("injectFrame takes a Buffer of BGRA pixels");
  for (const side of [width, height])
    if (!Number.isInteger(side) || side < 2 || side > LARGEST)
      throw new RangeError(`injectFrame takes pictures of 2x2 to ${LARGEST}x${LARGEST} pixels`);
  const wanted = width * height * BYTES_PER_PIXEL;
  if (pixels.byteLength !== wanted)
    throw new RangeError(
      `injectFrame takes ${wanted} bytes of BGRA pixels for ${width}x${height}, not ${pixels.byteLength}; ` +
        "another size is said as injectFrame(pixels, width, height)",
    );
  return { bytes: Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength), width, height };
}

class PushedPictures {
  #engine;
  /** The size of what is recorded or will be, once there was a picture. */
  #size = null;
  /** The newest picture, while there is nowhere to write it. */
  #waiting = null;
  /** The engine's memory: its answer to push.open, the open file, and in which of its lives that was. */
  #memory = null;
  #number = 0n;

  constructor(engine) {
    this.#engine = engine;
  }

  /** Whether pictures of this size can be written now. */
  takes({ width, height }) {
    return this.#memory !== null && this.#memory.width === width && this.#memory.height === height;
  }

  get isOpen() {
    return this.#memory !== null;
  }

  /** Keep a copy for the next `open`: the caller may use its memory again. */
  keep({ bytes, width, height }) {
    this.#size = { width, height };
    this.#waiting = Buffer.from(bytes);
  }

  /** The options of `initialize` that record these pictures; none where there never was one. */
  open() {
    if (this.#size === null) return {};
    if (this.#memory !== null && (this.#memory.life !== this.#engine.life || !this.takes(this.#size))) this.#release();
    if (this.#memory === null) {
      const opened = this.#engine.call("push.open", this.#size);
      this.#memory = { ...opened, life: this.#engine.life, file: null };
      this.#number = 0n;
      try {
        this.#memory.file = openSync(opened.path, "r+");
      } catch (error) {
        this.#release();
        throw error;
      }
    }
    if (this.#waiting !== null) this.write({ ...this.#size, bytes: this.#waiting });
    this.#waiting = null;
    return { screen: this.#memory.screen };
  }

  /** Show a picture from now on. Throws RangeError for one of another size than is recorded. */
  write(picture) {
    const { width, height, slots, slotBytes, firstSlotAt, file } = this.#memory;
    if (!this.takes(picture))
      throw new RangeError(
        `injectFrame takes pictures of ${width}x${height} while they are recorded, not ${picture.width}x${picture.height}`,
      );
    const number = this.#number + 1n;
    writeAll(file, picture.bytes, firstSlotAt + Number(number % BigInt(slots)) * slotBytes);
    const head = Buffer.alloc(16);
    head.writeBigUInt64LE(number, 0);
    head.writeBigUInt64LE(BigInt.asUintN(64, ~number), 8);
    writeAll(file, head, 0);
    this.#number = number;
  }

  /** The take is over: the next one is of the screen again, unless there are pictures again. Never throws. */
  close() {
    this.#size = this.#waiting = null;
    this.#release();
  }

  #release() {
    const memory = this.#memory;
    this.#memory = null;
    if (memory === null) return;
    if (memory.file !== null) closeSync(memory.file);
    if (memory.life === this.#engine.life) this.#engine.tell("push.close", { screen: memory.screen });
  }
}

function writeAll(file, bytes, offset) {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, offset + done);
}

module.exports = { PushedPictures, checkPicture };

/** A preview's bytes become its records. The engine's document describes them under `x-preview`. */

export interface PreviewPicture {
  readonly type: "picture";
  /** Counts from 1. */
  readonly sequence: number;
  /** Of the machine's monotonic clock, as `process.hrtime.bigint()` has it. */
  readonly capturedNs: bigint;
  readonly width: number;
  readonly height: number;
  readonly jpeg: Uint8Array<ArrayBuffer>;
}

/** Of a preview of format "h264": an access unit in Annex B, of which the first and every keyframe can be decoded alone. */
export interface EncodedPicture {
  readonly type: "encoded";
  readonly sequence: number;
  readonly capturedNs: bigint;
  readonly width: number;
  readonly height: number;
  readonly keyframe: boolean;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Nothing has changed: the picture before it is still how the screen looks. */
export interface SignOfLife {
  readonly type: "alive";
}

export type PreviewRecord = PreviewPicture | EncodedPicture | SignOfLife;

const MAGIC = 0x31565049; // "IPV1", read as a little-endian number
const HEADER_BYTES = 40;
const PICTURE = 1;
const ALIVE = 2;
const JPEG = 1;
const H264 = 2;
const MAX_CONTENT = 64 * 1024 * 1024;

export class PreviewReader {
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** What is whole now; kinds that are not known yet are left out. Throws when it is no preview. */
  feed(data: Buffer): PreviewRecord[] {
    this.#chunks.push(data);
    this.#bytes += data.length;
    const records: PreviewRecord[] = [];
    while (this.#bytes >= HEADER_BYTES) {
      const head = this.#peek();
      const length = head.readUInt32LE(32);
      if (head.readUInt32LE(0) !== MAGIC || length > MAX_CONTENT) throw new Error("this is no preview");
      if (this.#bytes < HEADER_BYTES + length) break;
      const record = this.#take(HEADER_BYTES + length);
      const kind = record.readUInt16LE(4);
      if (kind === ALIVE) records.push({ type: "alive" });
      if (kind !== PICTURE) continue;
      const facts = {
        sequence: Number(record.readBigUInt64LE(8)),
        capturedNs: record.readBigInt64LE(16),
        width: record.readUInt32LE(24),
        height: record.readUInt32LE(28),
      };
      const coding = record.readUInt16LE(6);
      const content = new Uint8Array(record.subarray(HEADER_BYTES)); // of its own memory, to be handed on
      if (coding === JPEG) records.push({ type: "picture", ...facts, jpeg: content });
      const keyframe = (record.readUInt32LE(36) & 1) === 1;
      if (coding === H264) records.push({ type: "encoded", ...facts, keyframe, data: content });
    }
    return records;
  }

  /** At least a header, in one piece. */
  #peek(): Buffer {
    const first = this.#chunks[0] as Buffer;
    if (first.length >= HEADER_BYTES) return first;
    this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] as Buffer;
  }

  #take(length: number): Buffer {
    const all = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    const rest = all.subarray(length);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#bytes = rest.length;
    return all.subarray(0, length);
  }
}

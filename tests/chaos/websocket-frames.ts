// SPDX-License-Identifier: MIT
//
// Frames of a WebSocket (RFC 6455 §5.2), cut out of what a client sends: whole ones, so that one can be sent again. The
// handshake in front of them is one piece of its own.

export interface ClientPiece {
  bytes: Buffer;
  /** The text in a text frame of one piece. */
  text?: string;
}

export class ClientFrames {
  #rest: Buffer = Buffer.alloc(0);
  #greeted = false;

  /** The pieces that end in this chunk. */
  push(chunk: Buffer): ClientPiece[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const pieces: ClientPiece[] = [];
    for (;;) {
      const length = this.#greeted ? frameLength(this.#rest) : handshakeLength(this.#rest);
      if (length === undefined || this.#rest.length < length) return pieces;
      const bytes = this.#rest.subarray(0, length);
      pieces.push(this.#greeted ? { bytes, text: textOf(bytes) } : { bytes });
      this.#rest = this.#rest.subarray(length);
      this.#greeted = true;
    }
  }
}

function handshakeLength(bytes: Buffer): number | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  return end < 0 ? undefined : end + 4;
}

/** Of the header: two bytes, the length where it is longer, the mask. */
function headerOf(bytes: Buffer): { header: number; payload: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 0x7f;
  const extended = short < 126 ? 0 : short === 126 ? 2 : 8;
  const header = 2 + extended + (bytes[1]! & 0x80 ? 4 : 0);
  if (bytes.length < header) return undefined;
  const payload = extended === 0 ? short : extended === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return { header, payload };
}

function frameLength(bytes: Buffer): number | undefined {
  const found = headerOf(bytes);
  return found && found.header + found.payload;
}

function textOf(frame: Buffer): string | undefined {
  if (frame[0] !== 0x81 || !(frame[1]! & 0x80)) return undefined;
  const { header, payload } = headerOf(frame)!;
  const mask = frame.subarray(header - 4, header);
  const text = Buffer.allocUnsafe(payload);
  for (let i = 0; i < payload; i++) text[i] = frame[header + i]! ^ mask[i & 3]!;
  return text.toString();
}

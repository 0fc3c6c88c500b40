// SPDX-License-Identifier: MIT
//
// A WebSocket frame as a server sends it (RFC 6455 §5.2): whole, unmasked, not compressed. It is made once and the
// same Buffer goes to every socket; `ws` would make a header for each.

/** `opcode`: 1 text, 2 binary. */
export function webSocketFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.allocUnsafe(2 + extended + length);
  frame[0] = 0x80 | opcode; // final
  frame[1] = extended === 0 ? length : extended === 2 ? 126 : 127;
  if (extended === 2) frame.writeUInt16BE(length, 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  payload.copy(frame, 2 + extended);
  return frame;
}

export function isBinary(frame: Buffer): boolean {
  return (frame[0]! & 0x0f) === 2;
}

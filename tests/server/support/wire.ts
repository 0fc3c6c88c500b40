// SPDX-License-Identifier: MIT
//
// A socket that speaks the wire by hand (docs/internals/wire.md), so that what the server says can be read frame by
// frame.
import { randomUUID } from 'node:crypto';
import { WebSocket, type ClientOptions } from 'ws';

export interface Frame {
  type: string;
  [field: string]: any;
}

export interface Closing {
  code: number;
  reason: string;
}

interface WireOptions extends ClientOptions {
  protocols?: string[];
}

export class Wire {
  readonly frames: Frame[] = [];
  readonly blocks: Buffer[] = [];
  readonly closed: Promise<Closing>;
  #arrived: () => void = () => {};

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (data: Buffer, isBinary) => {
      if (isBinary) return void this.blocks.push(data);
      this.frames.push(JSON.parse(String(data)) as Frame);
      this.#arrived();
    });
    ws.on('error', () => {});
    this.closed = new Promise((resolve) => ws.on('close', (code, reason) => resolve({ code, reason: String(reason) })));
  }

  static async open(url: string, token?: string, options: WireOptions = {}): Promise<Wire> {
    const protocols = options.protocols ?? ['ablo.v1', ...(token ? [`ablo.token.${token}`] : [])];
    const wire = new Wire(new WebSocket(`${url.replace('http', 'ws')}/api/sync/ws`, protocols, options));
    await new Promise((resolve, reject) => {
      wire.ws.once('open', resolve);
      wire.ws.once('error', reject);
    });
    return wire;
  }

  send(frame: object): void {
    this.ws.send(JSON.stringify(frame));
  }

  hello(hash: string, more: object = {}): void {
    this.send({ type: 'hello', schema: hash, session: randomUUID(), bootstrap: 'full', ...more });
  }

  /** The first frame of that type, taken out of the frames that came. */
  async next(type: string): Promise<Frame> {
    for (;;) {
      const at = this.frames.findIndex((frame) => frame.type === type);
      if (at >= 0) return this.frames.splice(at, 1)[0]!;
      const came = new Promise<string>((resolve) => (this.#arrived = () => resolve('frame')));
      const what = await Promise.race([came, this.closed]);
      if (what !== 'frame' && !this.frames.some((frame) => frame.type === type)) {
        const frames = JSON.stringify(this.frames);
        throw new Error(`closed with ${JSON.stringify(what)} while waiting for ${type}; came: ${frames}`);
      }
    }
  }
}

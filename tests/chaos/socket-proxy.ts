// SPDX-License-Identifier: MIT
//
// SocketProxy: the one address that clients know, in front of one or two servers. Each connection goes to the next
// server that is up.
import { createServer, type AddressInfo, type Server } from 'node:net';
import { SocketLink, type Again } from './socket-link';

export class SocketProxy {
  readonly links = new Set<SocketLink>();
  repeated = 0;
  readonly #server: Server;
  #turn = 0;

  /** `up`: the ports of the servers that listen now. */
  constructor(up: () => readonly number[], again: Again) {
    this.#server = createServer((front) => {
      const ports = up();
      front.on('error', () => {});
      if (ports.length === 0) return void front.destroy();
      const link = new SocketLink(front, ports[this.#turn++ % ports.length]!, again, () => {
        this.links.delete(link);
        this.repeated += link.repeated;
      });
      this.links.add(link);
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    for (const link of this.links) link.cut();
  }
}

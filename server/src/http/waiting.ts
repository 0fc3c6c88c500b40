// SPDX-License-Identifier: MIT
//
// Waiting: requests that wait for a claim to come to its turn. Whenever the log of their organization has grown, one question
// tells which of all its claims wait no more; nobody has a connection of the database meanwhile.
import type { Database } from '../postgres/database';

interface Place {
  claim: string;
  leave: () => void;
}

interface Room {
  /** The end of its log when it was last asked about; -1: somebody came since. */
  head: number;
  places: Set<Place>;
}

export class Waiting {
  readonly #rooms = new Map<string, Room>();
  #open = true;

  constructor(private readonly database: Database) {}

  organizations(): string[] {
    return [...this.#rooms.keys()];
  }

  /** Until the claim waits no more; `longest` ms, until `gone` is, or until the server goes, if that is sooner. */
  async for(organization: string, claim: string, longest: number, gone: AbortSignal): Promise<void> {
    if (!this.#open || gone.aborted) return;
    const room = this.#rooms.get(organization) ?? { head: -1, places: new Set() };
    this.#rooms.set(organization, room);
    room.head = -1;
    const place: Place = { claim, leave: () => {} };
    room.places.add(place);
    const left = new Promise<void>((resolve) => (place.leave = resolve));
    const timer = setTimeout(place.leave, longest);
    gone.addEventListener('abort', place.leave);
    await left;
    clearTimeout(timer);
    gone.removeEventListener('abort', place.leave);
    room.places.delete(place);
    if (room.places.size === 0 && this.#rooms.get(organization) === room) this.#rooms.delete(organization);
  }

  /** `{organization: seq}`: where logs end now. What cannot be asked for one keeps nobody else waiting. */
  async heads(text: string): Promise<void> {
    const heads = JSON.parse(text) as Record<string, number>;
    let failed: unknown;
    for (const [organization, room] of [...this.#rooms]) {
      const head = heads[organization];
      if (head === undefined || head === room.head) continue;
      const asked = [...room.places];
      const input = JSON.stringify({ waiting: asked.map(({ claim }) => claim) });
      room.head = head;
      try {
        const { waiting } = JSON.parse(await this.database.call('claims', organization, input)) as { waiting: string[] };
        const still = new Set(waiting);
        for (const { claim, leave } of asked) if (!still.has(claim)) leave();
      } catch (error) {
        room.head = -1;
        failed = error;
      }
    }
    if (failed) throw failed;
  }

  /** The server goes. */
  close(): void {
    this.#open = false;
    for (const { places } of this.#rooms.values()) for (const { leave } of places) leave();
  }
}

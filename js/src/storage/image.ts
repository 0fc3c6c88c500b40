// SPDX-License-Identifier: MIT
//
// The image of a client's rows in a storage: the client begins with it, and writes what changed some time after it changed.
// An image that cannot be used is left aside with a warning: the rows come from the server then.
import type { Logger } from '../client/logger';
import type { Core } from '../core/core';

export interface StoredImage {
  manifest: string;
  parts: Uint8Array[];
}

/** Where an image is kept. */
export interface ImageStorage {
  load(): Promise<StoredImage | undefined>;
  /** Writes the manifest and the parts together, or nothing. A part is undefined when there is nothing at its place any more. */
  save(manifest: string, parts: ReadonlyMap<string, Uint8Array | undefined>): Promise<void>;
}

const pause = 1_000;

export class Image {
  /** What no save has brought to the storage yet, by its place. */
  #unsaved = new Map<string, Uint8Array | undefined>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving = Promise.resolve();

  constructor(private readonly storage: ImageStorage, private readonly logger: Logger) {}

  async restore(core: Core): Promise<void> {
    this.#unsaved = new Map();
    try {
      const image = await this.storage.load();
      if (image) core.restoreImage(image);
    } catch (thrown) {
      this.logger.warn('The stored rows were left aside.', thrown);
    }
  }

  /** `save` calls save(). */
  saveLater(save: () => void): void {
    this.#timer ??= setTimeout(save, pause);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** One save after the other, each in whole. */
  save(core: Core): Promise<void> {
    this.stop();
    const { manifest, parts } = core.saveImage();
    if (!manifest) return this.#saving; // nothing has come yet
    return (this.#saving = this.#saving.then(async () => {
      for (const [place, part] of parts) this.#unsaved.set(place, part);
      try {
        await this.storage.save(manifest, this.#unsaved);
        this.#unsaved = new Map();
      } catch (thrown) {
        this.logger.warn('The rows could not be stored.', thrown);
      }
    }));
  }

  /** What is to be saved later is not. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

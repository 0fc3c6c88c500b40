// SPDX-License-Identifier: MIT
//
// What follows from the options of a client (options.ts). Nothing here exists at run time.
import type { SocketClass } from '../connection/socket';
import type { CoreOptions } from '../core/core';
import type { AbloError } from '../errors/errors';
import type { AnySchema } from '../schema/types';
import type { ImageStorage } from '../storage/image';
import type { Logger } from './logger';

/** Where tokens come from. */
export interface CredentialSource {
  token?: string;
  apiKey?: () => Promise<string> | string;
  getToken?: () => Promise<string | null> | string | null;
  endpoint?: string;
  /** Nobody asked for the endpoint by name: a loopback page without it goes on without a token. */
  endpointOptional?: boolean;
}

export interface Settings {
  schema: AnySchema | undefined;
  credential: CredentialSource;
  baseURL: string | undefined;
  core: CoreOptions;
  defaultWait: 'queued' | 'confirmed';
  storage: ImageStorage | undefined;
  secretAllowed: boolean;
  fetch: typeof fetch;
  WebSocket: SocketClass | undefined;
  headers: Record<string, string | null>;
  query: Record<string, string>;
  logger: Logger;
  error: AbloError | undefined;
}

// SPDX-License-Identifier: MIT
//
// @abloatai/ablo: the client.
export { Ablo, Ablo as default } from './client/ablo';
export type {
  AbloClient, AbloOptions, CommitInput, CommitOperation, MutationFailure, Receipt, Session, SessionInput, StaleNotification,
  SyncStatus,
} from './client/types';
export type { Logger, LogLevel } from './client/logger';
export type { Intent, IntentFilter, Snapshot, SnapshotChange } from './coordination/types';
export { configureCore } from './core/load-core';
export type { CoreSource } from './core/load-core';
export type { Duration } from './duration';
export type { ImageStorage, StoredImage } from './storage/image';
export * from './errors/index';
export type {
  ClaimHandle, ClaimOptions, ClaimQueue, ClaimSet, ClaimSetOptions, ClaimState, ClaimStatus, ClaimVerb, LoadOptions,
  LocalQueryOptions, ModelClient, ModelClients, QueryOptions, Read, Where, WriteOptions,
} from './model/types';
export type {
  AnySchema, BaseFields, InferCreate, InferModel, InferUpdate, InsertValue, Model, Register, UpdateValue,
} from './schema/types';

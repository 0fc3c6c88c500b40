// SPDX-License-Identifier: MIT
//
// @abloatai/ablo/source: the user's half of a Data Source, for any backend that has Request and Response.
export { dataSource, dataSource as abloSource } from './data-source';
export { SourceSignatureError } from './errors';
export { sourceEventForOperation } from './event';
export { ABLO_SOURCE_HEADERS, signAbloSourceRequest, verifyAbloSourceRequest } from './signature';
export { AbloError } from '../errors/errors';
export type {
  CommitAnswer, CommitInput, DataSourceOptions, EventsAnswer, ListAnswer, LoadAnswer, Secret, SourceAdapter, SourceCall,
  SourceCondition, SourceContext, SourceDelta, SourceEvent, SourceEventPage, SourceHandlers, SourceOperation,
  SourceOperationType, SourcePage, SourceQuery, SourceRequest, SourceScope,
} from './types';

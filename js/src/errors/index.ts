// SPDX-License-Identifier: MIT
export {
  AbloAuthenticationError, AbloBusyError, AbloClaimedError, AbloConflictError, AbloConnectionError, AbloError,
  AbloIdempotencyError, AbloNotFoundError, AbloPermissionError, AbloRateLimitError, AbloServerError,
  AbloStaleContextError, AbloValidationError,
} from './errors';
export type { AnyErrorCode, StaleConflict } from './errors';
export { errorCodes } from './codes';
export type { ErrorCode } from './codes';

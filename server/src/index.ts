// SPDX-License-Identifier: MIT
//
// @abloatai/ablo/server: what runs a sync server in a process of one's own.
export type { Bus, Heads } from './bus/bus';
export { NamedError } from './errors/named-error';
export type { ErrorCode } from './errors/codes';
export { kDefaultOrganization } from './identity/identity';
export { mintKey, readKey, type Key, type KeyKind } from './identity/key';
export { createSecretKey, type SecretKeyOptions } from './identity/secret-key';
export { createLogger, type Logger, type LogOptions } from './observe/log';
export { redact } from './observe/redact';
export { visible } from './observe/visible';
export { openEmbedded, openPostgres, type Database, type Finding } from './postgres/database';
export { kLimits, parseLimits, readLimits, type Limits } from './limits';
export { checkAddress, startServer, type RunningServer, type ServerOptions } from './start';
export type { PushResult } from './schema';

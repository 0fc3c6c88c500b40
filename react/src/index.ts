'use client';
// SPDX-License-Identifier: MIT
//
// @abloatai/ablo/react
export { createAbloReact } from './create-ablo-react';
export { useCurrentUserId, useErrorListener, useMutationFailureListener, useSyncStatus } from './hooks';
export { AbloProvider } from './provider';
export type { AbloProviderProps } from './provider';
export { useAblo } from './use-ablo';
export type { UseAblo } from './use-ablo';

// SPDX-License-Identifier: MIT
//
// @abloatai/ablo/source/next: what a route of Next.js exports. `export const { POST } = dataSourceNext({ … })`
import type { AnySchema } from '../schema/types';
import { dataSource } from './data-source';

export function dataSourceNext<const S extends AnySchema, Auth = unknown>(
  options: Parameters<typeof dataSource<S, Auth>>[0],
): { POST(request: Request): Promise<Response> } {
  return { POST: dataSource<S, Auth>(options) };
}

// SPDX-License-Identifier: MIT
//
// The part of zod that schemas are written with. `z` of zod itself cannot be shaken by every bundler (its locales alone
// are 300 KB); as a namespace made of these exports it can. Any other copy of zod 4, zod/mini included, serves as well.
export {
  string, email, url, uuid, uuidv4, uuidv6, uuidv7, cuid2, ulid, nanoid, emoji, ipv4, ipv6, base64, jwt, e164,
  templateLiteral, stringFormat, number, int, int32, float32, float64, boolean, date, iso, coerce,
  enum, nativeEnum, literal, union, discriminatedUnion, intersection,
  object, strictObject, looseObject, partialRecord, record, array, tuple, json, any, unknown, null, lazy, custom,
  optional, nullable, nullish, readonly, _default, prefault, check, refine, regex, minLength, maxLength, length,
  gt, gte, lt, lte, positive, negative, nonnegative, nonpositive, multipleOf, ZodError, toJSONSchema,
} from 'zod';
export type { infer, input, output, ZodType, ZodRawShape } from 'zod';

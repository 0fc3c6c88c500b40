// SPDX-License-Identifier: MIT
//
// Files of SQL are text: the bundler inlines them.
declare module '*.sql' {
  const text: string;
  export default text;
}

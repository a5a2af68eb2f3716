/** What must not compile around `wrapFormats`: each marked line, with the marked words; no other line. */
import { wrapSession } from "../src/index.ts";
import { type Format, formatted, type WithFormats, wrapFormats } from "../src/middleware/formats.ts";
import { text } from "../src/response.ts";
import { type Bare, handler, type Middleware, type Page, stack } from "../src/ring.ts";

interface User {
  user?: string;
}
declare const chance: boolean;
declare const page: Page;
const api = stack.use(wrapFormats());

// Data without the middleware.
stack(() => formatted({ a: 1 })); //! no middleware takes response.data: misspelt, or its middleware is missing
stack(async () => formatted({ a: 1 })); //! no middleware takes response.data
stack(() => ({ ...text(""), data: { a: 1 } })); //! no middleware takes response.data
stack(() => (chance ? text("no") : formatted({ a: 1 }))); //! no middleware takes response.data
stack(() => { if (chance) return text("no"); return formatted({ a: 1 }, 201); }); //! no middleware takes response.data
stack.use(wrapSession<User>())(() => formatted({ a: 1 })); //! no middleware takes response.data
handler<Bare>()(() => formatted({ a: 1 })); //! no middleware takes response.data

// Misspelt, and on a page.
api(() => ({ ...text(""), body: null, dta: 1 })); //! no middleware takes response.dta
api(() => ({ ...page, data: 1 })); //! a page cannot carry data: redirect instead

// What a visitor sent is unknown until it was looked at.
api(({ bodyParams }) => text(bodyParams.user)); //! 'bodyParams' is of type 'unknown'
api(({ bodyParams }) => text((bodyParams as User).usr ?? "")); //! Property 'usr' does not exist
stack((request) => text(String(request.bodyParams))); //! Property 'bodyParams' does not exist

// A middleware that needs the body's data, outside of what gives it.
const wrapChecked: Middleware<WithFormats, Bare> = (inner) => (request) => inner(request);
stack.use(wrapChecked); //! needs request.bodyParams: first .use(wrapFormats())

// Options and formats.
wrapFormats({ format: [] }); //! 'format' does not exist in type 'FormatsOptions'
wrapFormats({ limit: "1mb" }); //! Type 'string' is not assignable to type 'number'
const yaml: Format = { name: "yaml", types: ["application/yaml"], read: () => 1, write: () => ({}) }; //! is not assignable to type 'string | Uint8Array
const none: Format = { name: "none", types: [], read: () => 1, write: () => "" }; //! Type '[]' is not assignable
export const used = [yaml, none];

/** What must not compile around parameters: each marked line, with the marked words; no other line. */
import { text } from "../src/index.ts";
import {
  byteArrayStore,
  type FileStore,
  tempFileStore,
  type WithMultipartParams,
  wrapMultipartParams,
} from "../src/middleware/multipart-params.ts";
import { wrapNestedParams } from "../src/middleware/nested-params.ts";
import { wrapParams } from "../src/middleware/params.ts";
import { stack } from "../src/ring.ts";

// Order.
stack.use(wrapParams()).use(wrapNestedParams());
stack.use(wrapNestedParams()); //! needs request.formParams: first .use(wrapParams())
stack.use(wrapNestedParams()).use(wrapParams()); //! needs request.formParams: first .use(wrapParams())
stack.use(wrapMultipartParams()).use(wrapNestedParams()); //! needs request.queryParams: first .use(wrapParams())

const forms = stack.use(wrapParams()).use(wrapMultipartParams()).use(wrapNestedParams());

// There is no merged `params`, and no key without its middleware.
forms(({ params }) => text(String(params))); //! Property 'params' does not exist
stack.use(wrapParams())(({ nestedParams }) => text(String(nestedParams))); //! Property 'nestedParams' does not exist

// A visitor decides whether a value is there, and how often.
forms(({ formParams }) => text(formParams.name ?? "")); //! is not assignable to parameter of type 'string'
forms(({ queryParams }) => text([queryParams.name ?? []].flat().join()));
forms(({ formParams }) => {
  formParams.name = "eve"; //! Index signature in type 'Readonly<
  return text("");
});
forms(({ nestedParams }) => text(nestedParams.form.cart.items)); //! possibly 'undefined'

// What the store makes is what the handler gets.
const octets = stack.use(wrapMultipartParams({ store: byteArrayStore() }));
octets(({ multipartParams: { f } }) => text(typeof f === "object" && "stored" in f ? String(f.stored.byteLength) : ""));
octets(({ multipartParams: { f } }) => text(typeof f === "object" && "stored" in f ? f.stored : "")); //! Uint8Array
forms(({ multipartParams: { f } }) => text(typeof f === "object" && "stored" in f ? f.stored : ""));
const own = stack.use(wrapMultipartParams({ store: async ({ filename }) => ({ key: filename.length }) }));
own(({ multipartParams: { f } }) => text(typeof f === "object" && "stored" in f ? f.stored.key.toFixed() : ""));
own(({ multipartParams: { f } }) => text(typeof f === "object" && "stored" in f ? f.stored.path : "")); //! Property 'path' does not exist
wrapMultipartParams<string>(); //! Expected 1 arguments
wrapMultipartParams({ store: { save: () => "key", remove: (key: number) => key } }); //! is not assignable
const layer: WithMultipartParams<Uint8Array>["request"] = { multipartParams: { f: { filename: "", contentType: "", size: 0, stored: "" } } }; //! is not assignable
const paths: FileStore<string> = tempFileStore();
const arrays: FileStore<string> = byteArrayStore(); //! is not assignable

// Options.
wrapParams({ maxParam: 1 }); //! 'maxParam' does not exist
wrapMultipartParams({ limits: 1 }); //! 'limits' does not exist
wrapNestedParams({ allowDots: true }); //! 'allowDots' does not exist

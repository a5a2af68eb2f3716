/** What the compiler says about a visitor of the wrong thing. */
import { toFetch } from "../src/adapters/fetch.ts";
import { stack, text } from "../src/index.ts";
import { movableClock, visitor } from "../src/testing/index.ts";

const app = () => text("");
visitor(app);
visitor({ fetch: toFetch(app) });
visitor(app, { clock: Date });
visitor("http://127.0.0.1:3000", { clock: movableClock() });

visitor(toFetch(app)); //! is not assignable to parameter of type 'VisitorTarget'
visitor(stack); //! is not assignable to parameter of type 'VisitorTarget'
visitor(app, { orgin: "https://example.com" }); //! 'orgin' does not exist
visitor(app, { clock: { now: () => new Date() } }); //! Type 'Date' is not assignable to type 'number'
const bob = await visitor(app);
bob.submit({ a: null }); //! Type 'null' is not assignable
bob.get("/", { method: "PUT" }); //! 'method' does not exist

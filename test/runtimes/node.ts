/** The application on Node's own server. */
import { serve } from "../../src/adapters/node.ts";
import { app } from "./app.ts";

const { url } = await serve(app, { port: 0 });
console.log(url);

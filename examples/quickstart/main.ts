import { stack, text, wrapSession } from "ringlight";
import { serve } from "ringlight/node";
import { GET, routes } from "ringlight/routing";

interface Visitor {
  user?: string;
}

const app = stack.use(wrapSession<Visitor>())(
  routes(
    GET("/login/:id", ({ params, session }) => ({
      ...text(`User set to: ${params.id}`),
      session: { ...session, user: params.id },
    })),
    GET("/remove", ({ session: { user, ...rest } }) => ({ ...text("User removed"), session: rest })),
    GET("/logout", () => ({ ...text("Session cleared"), session: null })),
    GET("/whoami", ({ session }) => text(session.user ?? "nobody")),
  ),
);

const { url } = await serve(app, { port: Number(process.env.PORT ?? 3000) });
console.log(`Listening on ${url}`);

/** What is to be done when a request is over: its answer sent, failed, or cancelled. */
import { isResponseMap } from "../../ring.ts";

/**
 * Runs the handler, and then `end`, once: at once where the answer is whole, or failed; where its body is a stream, when
 * that ends, fails or is cancelled.
 */
export async function afterAnswer<Response>(
  handle: () => Response,
  end: () => Promise<void>,
): Promise<Awaited<Response>> {
  let answer: Awaited<Response>;
  try {
    answer = await handle();
  } catch (error) {
    await end();
    throw error;
  }
  if (isResponseMap(answer) && answer.body instanceof ReadableStream && !answer.body.locked)
    return { ...answer, body: endingIn(answer.body, end) };
  await end();
  return answer;
}

function endingIn(body: ReadableStream<Uint8Array>, finish: () => Promise<void>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let ended: Promise<void> | undefined;
  const end = (): Promise<void> => (ended ??= finish());
  let isCancelled = false;
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (isCancelled) return; // which has ended this read, and closed the stream
          if (!done) return controller.enqueue(value);
        } catch (error) {
          await end();
          throw error;
        }
        await end();
        if (!isCancelled) controller.close();
      },
      async cancel(reason) {
        isCancelled = true;
        await Promise.all([reader.cancel(reason), end()]);
      },
    },
    { highWaterMark: 0 },
  );
}

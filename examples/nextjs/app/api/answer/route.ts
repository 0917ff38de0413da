import { createAnswerStream } from "millrace";
import { sourceOf } from "@/lib/server/answer-source";
import { cuttable } from "@/lib/server/cuts";

export const GET = (request: Request) =>
  cuttable(request, ({ request, onClose }) =>
    createAnswerStream({ request, onClose, source: sourceOf(new URL(request.url).searchParams.get("kind")) }),
  );

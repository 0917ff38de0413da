import { AnswerView } from "@/components/answer/answer-view";
import { PageHeader } from "@/components/page-header";

export default function Page() {
  return (
    <>
      <PageHeader current="/answer" />
      <AnswerView />
    </>
  );
}

import { AnswerView } from "@/components/answer/answer-view";
import { PageHeader } from "@/components/page-header";

export const metadata = { title: "Answer · Millrace, live" };

export default function Page() {
  return (
    <>
      <PageHeader current="/answer" />
      <AnswerView />
    </>
  );
}
